"""Forms of the Studio's pages about people and access; their last step is the action."""

from datetime import datetime, timedelta
from typing import Any, ClassVar

from django import forms
from django.utils import timezone
from unfold.forms import BaseDialogForm
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminEmailInputWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
)

from accounts.actions.add_member import add_member
from accounts.actions.change_role import change_role
from accounts.actions.issue_api_key import issue_api_key
from accounts.actions.update_organization import update_organization
from accounts.models import ApiKey, Membership, Organization, User
from accounts.roles import PERMISSIONS
from accounts.scoping.admin import ActionForm
from armproject.lib import context
from armproject.lib.secret import Secret


class NewMemberForm(ActionForm):
    """Give somebody who has an account here a role."""

    email = forms.EmailField(
        widget=UnfoldAdminEmailInputWidget(), help_text="The address they sign in with."
    )

    class Meta:
        model = Membership
        fields: ClassVar = ["role"]

    field_order = ("email", "role")

    def act(self) -> Membership:
        person = User.objects.known(self.cleaned_data["email"])
        return add_member(person, self.cleaned_data["role"])


class MemberForm(ActionForm):
    """Change what a member may do."""

    class Meta:
        model = Membership
        fields: ClassVar = ["role"]

    def act(self) -> Membership:
        return change_role(self.instance, self.cleaned_data["role"])


class ApiKeyForm(ActionForm):
    """Issue a key; the token is kept on the form, to be shown this once."""

    scopes = forms.MultipleChoiceField(
        widget=UnfoldAdminCheckboxSelectMultipleWidget(),
        help_text="What programs with this key may do; never more than you may.",
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
        mine = sorted(PERMISSIONS & context.current().rights)
        scopes = self.fields.get("scopes")
        if isinstance(scopes, forms.MultipleChoiceField):
            scopes.choices = [(name, name) for name in mine]

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


class OrganizationForm(ActionForm):
    """Change what is set for the whole organization."""

    allowed_hosts = forms.CharField(
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 4}),
        help_text="One host:port a line: hosts inside your network that connections may reach.",
    )

    class Meta:
        model = Organization
        fields: ClassVar = ["name", "time_zone", "currency", "allowed_hosts", "rate_limit_factor"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk and "allowed_hosts" in self.fields:
            self.initial["allowed_hosts"] = "\n".join(self.instance.allowed_hosts)

    def clean_allowed_hosts(self) -> list[str]:
        hosts: str = self.cleaned_data["allowed_hosts"]
        return hosts.split()

    def act(self) -> Organization:
        return update_organization(self.instance, **self.cleaned_data)
