"""What the page of costs can be asked."""

from typing import Any

from django import forms
from django.utils import timezone

from armproject.lib.errors import InvalidInput
from costs.periods import Named, Stretch, chosen, named, zone_of
from costs.reports import By, organization
from costs.tables import PAYERS


class PeriodForm(forms.Form):
    """Which days to show."""

    period = forms.ChoiceField(choices=[(each.value, each.value) for each in Named], required=False)
    start = forms.DateField(required=False, widget=forms.DateInput(attrs={"type": "date"}))
    end = forms.DateField(required=False, widget=forms.DateInput(attrs={"type": "date"}))

    by = forms.ChoiceField(choices=[(by.value, by.value) for by in PAYERS], required=False)

    def clean(self) -> dict[str, Any]:
        asked = super().clean() or {}
        zone = zone_of(organization().time_zone)
        name = Named(asked.get("period") or Named.MONTH)
        try:
            self.stretch: Stretch = chosen(
                name, asked.get("start"), asked.get("end"), timezone.now(), zone
            )
        except InvalidInput as error:
            raise forms.ValidationError(error.message) from None
        return asked

    def chosen_stretch(self) -> Stretch:
        """Return the days asked for, or this month where that cannot be."""
        if self.is_valid():
            return self.stretch
        return named(Named.MONTH, timezone.now(), zone_of(organization().time_zone))

    def chosen_payer(self) -> By:
        """Return by what those who pay are told apart: by cost centre unless asked otherwise."""
        asked = self.cleaned_data.get("by") if self.is_valid() else ""
        return By(asked or By.COST_CENTER)
