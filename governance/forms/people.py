"""The Studio's forms about what is held about people and what must be kept."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from unfold.widgets import (
    UnfoldAdminTextInputWidget,
)

from accounts.scoping.admin import ActionForm
from armproject.lib.errors import DomainError
from governance.actions.erase_person import erase_person
from governance.actions.place_audit_hold import place_audit_hold
from governance.actions.place_legal_hold import place_legal_hold
from governance.actions.report_person import report_person
from governance.models import AuditHold, Erasure, LegalHold


class ErasureForm(ActionForm):
    """Whom to erase, with the address typed twice."""

    email = forms.EmailField(label="Their address", widget=UnfoldAdminTextInputWidget)
    confirmed = forms.EmailField(
        label="The address again",
        widget=UnfoldAdminTextInputWidget,
        help_text="Erasing cannot be undone: the account, keys and names are gone.",
    )

    class Meta:
        model = Erasure
        fields: ClassVar = ["reason"]

    field_order = ("email", "confirmed", "reason")

    def act(self) -> Erasure:
        return erase_person(**self.cleaned_data)


class LegalHoldForm(ActionForm):
    """Whose data must stay, and why."""

    email = forms.EmailField(label="Their address", widget=UnfoldAdminTextInputWidget)

    class Meta:
        model = LegalHold
        fields: ClassVar = ["reason"]

    field_order = ("email", "reason")

    def act(self) -> LegalHold:
        return place_legal_hold(**self.cleaned_data)


class PersonForm(forms.Form):
    """Whom a report is about; the address is posted, so it never stands in a URL."""

    email = forms.EmailField(label="Address", widget=UnfoldAdminTextInputWidget)
    report: Mapping[str, Any]

    def clean(self) -> dict[str, Any]:
        if "email" in self.cleaned_data:
            try:
                self.report = report_person(self.cleaned_data["email"])
            except DomainError as error:
                self.add_error("email", error.message)
        return self.cleaned_data


class AuditHoldForm(ActionForm):
    """Why nothing of the audit log may leave the database."""

    class Meta:
        model = AuditHold
        fields: ClassVar = ["reason"]

    def act(self) -> AuditHold:
        return place_audit_hold(self.cleaned_data["reason"])
