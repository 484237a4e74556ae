"""Forms about people, their roles and what they are granted."""

from typing import Any, ClassVar

from django import forms
from django.db import transaction
from unfold.widgets import (
    UnfoldAdminEmailInputWidget,
    UnfoldAdminSelectWidget,
)

from accounts.actions.change_role import change_role
from accounts.actions.create_role import create_role
from accounts.actions.grant_permission import grant_permission
from accounts.actions.invite_member import invite_member
from accounts.actions.update_role import update_role
from accounts.forms.permissions import PermissionsField
from accounts.granting import offered_on
from accounts.models import (
    CustomRole,
    Grant,
    Invitation,
    Membership,
    ScopedModel,
    canonical_email,
)
from accounts.permissions import has_permission
from accounts.roles import WORDS, Role, rights_of
from accounts.scoping.admin import ActionForm
from accounts.scoping.roles import every_role
from accounts.signin.errors import StepUpNeeded
from armproject.lib import context
from armproject.lib.errors import DomainError


def roles_to_give() -> list[tuple[str, str]]:
    """Return the roles one may give, as choices: at most what one may do oneself."""
    mine, own = context.current().rights, CustomRole.objects.all()
    built_in = [(str(role), role.label) for role in Role if rights_of(role) <= mine]
    return built_in + [(str(role.pk), role.name) for role in own if role.rights <= mine]


def role_named(choice: str) -> str | CustomRole:
    """Return the role a choice stands for."""
    return choice if choice in Role.values else CustomRole.objects.get(pk=choice)


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
        return role_named(self.cleaned_data["given"])


class InvitationForm(RoleChoice):
    """Ask somebody to join."""

    class Meta:
        model = Invitation
        fields: ClassVar = ["email"]
        labels: ClassVar = {"email": "E-mail"}

    def act(self) -> Invitation:
        return invite_member(self.cleaned_data["email"], self.given_role())


class MemberForm(RoleChoice):
    """Change what a member may do."""

    class Meta:
        model = Membership
        fields: ClassVar[list[str]] = []

    def act(self) -> Membership:
        return change_role(self.instance, self.given_role())


class GrantForm(forms.Form):
    """Let a member, or everybody in a role, do one thing with one row."""

    email = forms.EmailField(
        required=False,
        label="A member",
        widget=UnfoldAdminEmailInputWidget(),
        help_text="The address they sign in with.",
    )
    role = forms.ChoiceField(
        required=False, label="Or everybody in a role", widget=UnfoldAdminSelectWidget()
    )
    permission = forms.ChoiceField(label="May", widget=UnfoldAdminSelectWidget())

    grant: Grant

    def __init__(self, row: ScopedModel, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.row = row
        mine = [name for name in offered_on(type(row)) if has_permission(name)]
        self._offer("permission", [(name, WORDS[name]) for name in mine])
        self._offer("role", [("", "No role"), *every_role()])
        if not has_permission("roles.write"):
            del self.fields["role"]

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField):
            field.choices = choices

    def clean_email(self) -> Membership | None:
        address = self.cleaned_data["email"]
        if not address:
            return None
        person = Membership.objects.filter(user__email=canonical_email(address))
        found: Membership | None = person.select_related("user").first()
        if found is None:
            raise forms.ValidationError("Nobody with this address belongs to the organization.")
        return found

    def clean(self) -> dict[str, Any]:
        person, role = self.cleaned_data.get("email"), self.cleaned_data.get("role")
        if "email" in self.cleaned_data and bool(person) == bool(role):
            self.add_error("email", "Name either one member or one role.")
        self.cleaned_data["holder"] = role_named(role) if role else person
        return self.cleaned_data

    def _post_clean(self) -> None:
        if self.errors:
            return
        try:
            with transaction.atomic():
                said = self.cleaned_data
                self.grant = grant_permission(said["holder"], said["permission"], self.row)
        except StepUpNeeded:
            raise  # the Studio leads to the confirmation and back
        except DomainError as error:
            self.add_error(None, error.message)


class CustomRoleForm(ActionForm):
    """Make a role, or change what it may do."""

    permissions = PermissionsField(help_text="Never more than you may do yourself.")

    class Meta:
        model = CustomRole
        fields: ClassVar = ["name", "permissions"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        permissions = self.fields.get("permissions")
        if isinstance(permissions, PermissionsField):
            permissions.offer_mine()

    def act(self) -> CustomRole:
        said = self.cleaned_data
        is_new = self.instance._state.adding
        return create_role(**said) if is_new else update_role(self.instance, **said)
