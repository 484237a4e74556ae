"""The Studio's form of a channel."""

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from unfold.widgets import (
    UnfoldAdminPasswordWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from accounts.scoping.admin import ActionForm
from armproject.lib.secret import Secret
from governance.actions.change_channel import change_channel
from governance.actions.create_channel import create_channel
from governance.models import Channel


class ChannelForm(ActionForm):
    """Where messages go. What is secret is typed in and never shown again."""

    emails = forms.CharField(
        label="E-mail addresses",
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text="One in each line.",
    )
    target = forms.CharField(
        label="Address or key",
        required=False,
        max_length=2000,
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "off"}),
        help_text=(
            "The URL of a webhook; the webhook URL that Slack, Teams or Discord shows you; the"
            " integration key of PagerDuty or Opsgenie. Kept sealed and not shown again: leave it"
            " empty to keep the present one."
        ),
    )
    signing_secret = forms.CharField(
        required=False,
        max_length=200,
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "off"}),
        help_text="Signs webhooks (whsec_…). Leave it empty and ARM makes one and shows it once.",
    )

    class Meta:
        model = Channel
        fields: ClassVar = ["name", "kind", "emails", "target", "signing_secret", "is_default"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.made: Secret | None = None
        self.initial["emails"] = "\n".join(self.instance.emails)
        if not self.instance._state.adding:
            self._show_present()
        if "is_default" in self.fields:
            self.fields["is_default"].label = "Default channel"
            self.fields["is_default"].help_text = "Hears of everything no rule names others for."
        if "name" in self.fields:
            self.fields["name"].widget = UnfoldAdminTextInputWidget()

    def _show_present(self) -> None:
        """Show the kind, which stays, and ask for a new address or key only to replace it."""
        if "kind" in self.fields:
            self.fields["kind"].disabled = True
            self.fields["kind"].help_text = "Stays as it is; add another channel for another kind."
        if "target" in self.fields:
            self.fields["target"].label = "New address or key"

    def clean_emails(self) -> list[str]:
        lines = self.cleaned_data["emails"].replace(",", "\n").split()
        for line in lines:
            try:
                validate_email(line)
            except ValidationError:
                raise ValidationError(f"{line} is not an e-mail address.") from None
        return list(dict.fromkeys(lines))

    def act(self) -> Channel:
        values = {**self.cleaned_data}
        for name in ("target", "signing_secret"):
            typed = values.pop(name, "")
            values[name] = Secret(typed) if typed else None
        if self.instance._state.adding:
            channel, self.made = create_channel(values.pop("name"), values.pop("kind"), **values)
            return channel
        values.pop("kind", None)
        return change_channel(self.instance, **values)
