"""The Studio's lists of invitations and of sign-ins."""

from typing import Any

from django.apps import apps
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from unfold.decorators import action, display

from accounts.actions.delete_identity_provider import delete_identity_provider
from accounts.actions.resend_invitation import resend_invitation
from accounts.actions.revoke_invitation import revoke_invitation
from accounts.forms import IdentityProviderForm, InvitationForm
from accounts.models import IdentityProvider, Invitation, SignInEvent
from accounts.permissions import has_permission
from accounts.scoping.admin import ReadOnlyAdmin, StudioAdmin, run_on_each

# People's rows of allauth have their own page, "Your account"; as tables they help nobody.
for app in ("account", "mfa", "usersessions", "socialaccount"):
    for model in apps.get_app_config(app).get_models():
        if admin.site.is_registered(model):
            admin.site.unregister(model)


@admin.register(Invitation)
class InvitationAdmin(StudioAdmin):
    permissions = {"view": "members.read", "add": "members.write"}
    form = InvitationForm
    list_display = ["email", "role_badge", "state", "sent_at", "expires_at", "inviter"]
    list_filter = ["role"]
    search_fields = ["email"]
    list_select_related = ["invited_by"]
    actions = ["resend", "revoke"]

    @display(description="Role", ordering="role")
    def role_badge(self, row: Invitation) -> str:
        return row.get_role_display()

    @display(
        description="State",
        label={"Open": "info", "Accepted": "success", "Expired": "warning", "Revoked": "danger"},
    )
    def state(self, row: Invitation) -> str:
        return row.state(timezone.now()).capitalize()

    @display(description="Invited by")
    def inviter(self, row: Invitation) -> str:
        return row.invited_by.email if row.invited_by else "–"

    @action(description="Send again", permissions=["invite"])
    def resend(self, request: HttpRequest, queryset: QuerySet[Invitation]) -> None:
        run_on_each(request, queryset, resend_invitation, "Sent again")

    @action(description="Revoke", permissions=["invite"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[Invitation]) -> None:
        run_on_each(request, queryset, revoke_invitation, "Revoked")

    def has_invite_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        return has_permission("members.write")


@admin.register(SignInEvent)
class SignInEventAdmin(ReadOnlyAdmin):
    """Open to everybody who belongs somewhere: they see their own sign-ins, auditors all."""

    permissions = {"view": "organization.read"}
    list_display = ["created_at", "person", "result", "method", "address", "program"]
    list_filter = ["outcome"]
    search_fields = ["user__email"]
    list_select_related = ["user"]
    ordering = ("-created_at", "-id")

    def get_queryset(self, request: HttpRequest) -> QuerySet[SignInEvent]:
        rows: Any = super().get_queryset(request)
        own: QuerySet[SignInEvent] = rows.visible()
        return own

    @display(description="Person", ordering="user__email")
    def person(self, row: SignInEvent) -> str:
        return row.user.email

    @display(
        description="Outcome",
        ordering="outcome",
        label={
            "Signed in": "success",
            "Confirmed again": "success",
            "Wrong password": "warning",
            "Wrong code": "warning",
            "Too many attempts": "danger",
            "Old token used again": "danger",
        },
    )
    def result(self, row: SignInEvent) -> str:
        return row.get_outcome_display()

    @display(description="Program")
    def program(self, row: SignInEvent) -> str:
        return row.user_agent[:60] or "–"


@admin.register(IdentityProvider)
class IdentityProviderAdmin(StudioAdmin):
    permissions = dict.fromkeys(("view", "add", "change", "delete"), "organization.write")
    form = IdentityProviderForm
    list_display = ["name", "issuer", "spoken_for", "default_role", "is_active"]
    search_fields = ["name"]
    ordering = ("name", "id")

    @display(description="Domains")
    def spoken_for(self, row: IdentityProvider) -> str:
        return ", ".join(row.domains) or "–"

    def delete_model(self, request: HttpRequest, obj: IdentityProvider) -> None:
        delete_identity_provider(obj)
