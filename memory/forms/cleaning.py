"""What to clean up."""

from typing import Any

from django import forms
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminSelectWidget

from armproject.lib.errors import DomainError
from memory.actions.clean_up import Cleaned, clean_up
from memory.models import OwnerType, Store

MOST_DAYS = 3_650


class CleaningForm(forms.Form):
    """Which memories are old and of no use; `apply` forgets them."""

    older_than_days = forms.IntegerField(
        label="Kept for more than (days)",
        min_value=1,
        max_value=MOST_DAYS,
        initial=180,
        widget=UnfoldAdminIntegerFieldWidget,
    )
    unused_days = forms.IntegerField(
        label="Not used for (days)",
        min_value=1,
        max_value=MOST_DAYS,
        initial=90,
        widget=UnfoldAdminIntegerFieldWidget,
    )
    owner_type = forms.ChoiceField(
        label="Of",
        required=False,
        choices=[("", "Everybody"), *OwnerType.choices],
        widget=UnfoldAdminSelectWidget,
    )
    store = forms.ChoiceField(
        label="Store",
        required=False,
        choices=[("", "Every store"), *Store.choices],
        widget=UnfoldAdminSelectWidget,
    )
    outcome: Cleaned

    def clean(self) -> dict[str, Any]:
        told = self.cleaned_data
        if self.errors:
            return told
        try:
            self.outcome = clean_up(
                older_than_days=told["older_than_days"],
                unused_days=told["unused_days"],
                owner_type=told["owner_type"] or None,
                store=told["store"] or None,
                apply="apply" in self.data,
            )
        except DomainError as error:
            self.add_error(None, error.message)
        return told
