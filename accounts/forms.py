"""Forms of the Studio's pages about people and access; their last step is the action."""

from datetime import datetime, timedelta
from typing import Any, ClassVar

from django import forms
from django.db import transaction
from django.utils import timezone
from unfold.forms import BaseDialogForm
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminEmailInputWidget,
    UnfoldAdminPasswordWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
)

from accounts.actions.change_role import change_role
from accounts.actions.create_role import create_role
from accounts.actions.grant_permission import grant_permission
from accounts.actions.invite_member import invite_member
from accounts.actions.issue_api_key import issue_api_key
from accounts.actions.save_identity_provider import save_identity_provider
from accounts.actions.update_organization import update_organization
from accounts.actions.update_role import update_role
from accounts.granting import offered_on
from accounts.models import (
    ApiKey,
    CustomRole,
    IdentityProvider,
    Invitation,
    Membership,
    Organization,
    ScopedModel,
    canonical_email,
)
from accounts.permissions import has_permission
from accounts.roles import PERMISSIONS, WORDS, Role, rights_of
from accounts.scoping.admin import ActionForm
from armproject.lib import context
from armproject.lib.errors import DomainError
from armproject.lib.secret import Secret


def roles_to_give() -> list[tuple[str, str]]:
    """Return the roles one may give, as choices: at most what one may do oneself."""
    mine, own = context.current().rights, CustomRole.objects.all()
    built_in = [(str(role), role.label) for role in Role if rights_of(role) <= mine]
    return built_in + [(str(role.pk), role.name) for role in own if role.rights <= mine]


class RoleChoice(ActionForm):
    """A form with one choice among all roles, built-in or the organization's own."""

    given = forms.ChoiceField(label="Role", widget=UnfoldAdminSelectWidget())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        given = self.fields.get("given")
        if isinstance(given, forms.ChoiceField):
            given.choices = roles_to_give()
            self.initial["given"] = self.instance.role or str(self.instance.custom_role_id)

    def given_role(self) -> str | CustomRole:
        given: str = self.cleaned_data["given"]
        return given if given in Role.values else CustomRole.objects.get(pk=given)


class InvitationForm(ActionForm):
    """Ask somebody to join."""

    class Meta:
        model = Invitation
        fields: ClassVar = ["email", "role"]

    def act(self) -> Invitation:
        return invite_member(self.cleaned_data["email"], self.cleaned_data["role"])


class IdentityProviderForm(ActionForm):
    """Set up a provider; its secret is never shown again."""

    client_secret = forms.CharField(
        required=False,
        max_length=500,
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "off"}),
        help_text="Leave it empty to keep the one there is.",
    )
    domains = forms.CharField(
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text="One a line. Only an operator of this installation may change them.",
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


class MemberForm(RoleChoice):
    """Change what a member may do."""

    class Meta:
        model = Membership
        fields: ClassVar[list[str]] = []

    def act(self) -> Membership:
        return change_role(self.instance, self.given_role())


class GrantForm(forms.Form):
    """Let a member do one thing with one row."""

    email = forms.EmailField(
        label="Member",
        widget=UnfoldAdminEmailInputWidget(),
        help_text="The address they sign in with.",
    )
    permission = forms.ChoiceField(label="May", widget=UnfoldAdminSelectWidget())

    def __init__(self, row: ScopedModel, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.row = row
        mine = [name for name in offered_on(type(row)) if has_permission(name)]
        choice = self.fields["permission"]
        if isinstance(choice, forms.ChoiceField):
            choice.choices = [(name, WORDS[name]) for name in mine]

    def clean_email(self) -> Membership:
        person = Membership.objects.filter(user__email=canonical_email(self.cleaned_data["email"]))
        found: Membership | None = person.select_related("user").first()
        if found is None:
            raise forms.ValidationError("Nobody with this address belongs to the organization.")
        return found

    def _post_clean(self) -> None:
        if self.errors:
            return
        try:
            with transaction.atomic():
                said = self.cleaned_data
                grant_permission(said["email"], said["permission"], self.row)
        except DomainError as error:
            self.add_error(None, error.message)


class CustomRoleForm(ActionForm):
    """Make a role, or change what it may do."""

    permissions = forms.MultipleChoiceField(
        widget=UnfoldAdminCheckboxSelectMultipleWidget(),
        help_text="Never more than you may do yourself.",
    )

    class Meta:
        model = CustomRole
        fields: ClassVar = ["name", "permissions"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        permissions = self.fields.get("permissions")
        if isinstance(permissions, forms.MultipleChoiceField):
            mine = context.current().rights
            permissions.choices = [(name, say) for name, say in WORDS.items() if name in mine]

    def act(self) -> CustomRole:
        said = self.cleaned_data
        is_new = self.instance._state.adding
        return create_role(**said) if is_new else update_role(self.instance, **said)


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
        fields: ClassVar = [
            "name",
            "time_zone",
            "currency",
            "allowed_hosts",
            "rate_limit_factor",
            "requires_mfa",
            "requires_sso",
            "step_up",
        ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk and "allowed_hosts" in self.fields:
            self.initial["allowed_hosts"] = "\n".join(self.instance.allowed_hosts)

    def clean_allowed_hosts(self) -> list[str]:
        hosts: str = self.cleaned_data["allowed_hosts"]
        return hosts.split()

    def act(self) -> Organization:
        return update_organization(self.instance, **self.cleaned_data)
