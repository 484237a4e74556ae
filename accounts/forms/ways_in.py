"""Forms about the ways in: API keys and identity providers."""

from datetime import datetime, timedelta
from typing import Any, ClassVar

from django import forms
from django.utils import timezone
from unfold.forms import BaseDialogForm
from unfold.widgets import (
    UnfoldAdminPasswordWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
)

from accounts.actions.issue_api_key import issue_api_key
from accounts.actions.save_identity_provider import save_identity_provider
from accounts.forms.permissions import PermissionsField
from accounts.models import (
    ApiKey,
    IdentityProvider,
)
from accounts.scoping.admin import ActionForm
from armproject.lib.secret import Secret


class ApiKeyForm(ActionForm):
    """Issue a key; the token is kept on the form, to be shown this once."""

    scopes = PermissionsField(
        help_text="What programs with this key may do; never more than you may."
    )
    addresses = forms.CharField(
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        label="Networks",
        help_text="One a line, such as 203.0.113.0/24: where the key may be used. None: anywhere.",
    )
    token: Secret

    class Meta:
        model = ApiKey
        fields: ClassVar = ["name", "scopes", "addresses", "expires_at"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        scopes = self.fields.get("scopes")
        if isinstance(scopes, PermissionsField):
            scopes.offer_mine()

    def clean_addresses(self) -> list[str]:
        networks: str = self.cleaned_data["addresses"]
        return networks.split()

    def act(self) -> ApiKey:
        key, self.token = issue_api_key(**self.cleaned_data)
        return key


class RotationForm(BaseDialogForm):  # type: ignore[misc]
    """How long the old secret works on beside the new one."""

    overlap = forms.TypedChoiceField(
        label="The old secret works on for",
        choices=[(0, "Not at all"), (1, "An hour"), (24, "A day"), (24 * 7, "A week")],
        coerce=int,
        initial=24,
        widget=UnfoldAdminSelectWidget,
    )

    def keep_until(self) -> datetime | None:
        hours: int = self.cleaned_data["overlap"]
        return timezone.now() + timedelta(hours=hours) if hours else None


class IdentityProviderForm(ActionForm):
    """Set up a provider; its secret is never shown again."""

    client_secret = forms.CharField(
        required=False,
        max_length=500,
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "off"}),
        help_text="Of the application at the provider. It is never shown again; leave it empty to"
        " keep the one there is.",
    )
    domains = forms.CharField(
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text="Whose people it speaks for, such as example.com; one a line. Only an operator of"
        " this installation may change them.",
    )

    class Meta:
        model = IdentityProvider
        fields: ClassVar = [
            "name",
            "issuer",
            "client_id",
            "client_secret",
            "domains",
            "default_role",
            "is_active",
        ]
        labels: ClassVar = {"client_id": "Client id", "is_active": "On"}
        help_texts: ClassVar = {
            "issuer": "The provider's address, such as https://accounts.google.com.",
            "client_id": "Of the application you made for ARM at the provider.",
            "default_role": "What people become who sign in for the first time.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "domains" in self.fields:
            self.initial["domains"] = "\n".join(self.instance.domains)

    def act(self) -> IdentityProvider:
        given = dict(self.cleaned_data)
        secret = given.pop("client_secret")
        return save_identity_provider(
            self.instance,
            client_secret=Secret(secret) if secret else None,
            domains=given.pop("domains").split(),
            **given,
        )
