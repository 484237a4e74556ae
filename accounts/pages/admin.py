"""The Studio's lists of invitations and of sign-ins."""

from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.text import Truncator
from unfold.decorators import action, display

from accounts.actions.delete_identity_provider import delete_identity_provider
from accounts.actions.resend_invitation import resend_invitation
from accounts.actions.revoke_invitation import revoke_invitation
from accounts.forms import IdentityProviderForm, InvitationForm
from accounts.models import IdentityProvider, Invitation, SignInEvent
from accounts.permissions import has_permission
from accounts.scoping.admin import ReadOnlyAdmin, StudioAdmin, run_on_each
from accounts.scoping.cells import moment
from accounts.scoping.dialogs import answer, dialog
from accounts.scoping.roles import RoleFilter

# People's rows of allauth have their own page, "Your account"; as tables they help nobody.
for app in ("account", "mfa", "usersessions", "socialaccount"):
    for model in apps.get_app_config(app).get_models():
        if admin.site.is_registered(model):
            admin.site.unregister(model)


@admin.register(Invitation)
class InvitationAdmin(StudioAdmin):
    permissions = {"view": "members.read", "add": "members.write"}
    add_words = "Invite somebody"
    save_words = "Send the invitation"
    empty_title = "Nobody was invited yet"
    empty_text = (
        "Whoever you invite gets a mail with a link that works once, for seven days, and"
        " joins in the role you choose."
    )
    form = InvitationForm
    list_display = ["email", "role_badge", "state", "sent_at", "expires_at", "inviter"]
    list_filter = [RoleFilter]
    search_fields = ["email"]
    list_select_related = ["invited_by", "custom_role"]
    actions = ["resend", "revoke"]
    actions_detail = ["send_again", "take_back"]

    def get_fields(self, request: HttpRequest, obj: Invitation | None = None) -> list[str]:
        if obj is None:
            return ["email", "given"]
        ends = [name for name in ("sent_at", "accepted_at", "revoked_at") if getattr(obj, name)]
        return ["email", "role_badge", "state", "inviter", "created_at", "expires_at", *ends]

    def get_readonly_fields(self, request: HttpRequest, obj: Invitation | None = None) -> list[str]:
        return self.get_fields(request, obj) if obj else []

    @display(description="Role", ordering="role")
    def role_badge(self, row: Invitation) -> str:
        return row.role_name

    @display(
        description="State",
        label={"Open": "info", "Accepted": "success", "Expired": "warning", "Revoked": "danger"},
    )
    def state(self, row: Invitation) -> str:
        return row.state(timezone.now()).capitalize()

    @display(description="Invited by")
    def inviter(self, row: Invitation) -> str | None:
        return row.invited_by.email if row.invited_by else None

    @action(description="Send again", permissions=["invite"])
    def resend(self, request: HttpRequest, queryset: QuerySet[Invitation]) -> None:
        run_on_each(request, queryset, resend_invitation, "Sent again")

    @action(description="Revoke", permissions=["invite"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[Invitation]) -> None:
        run_on_each(request, queryset, revoke_invitation, "Revoked")

    @action(
        description="Send again",
        icon="forward_to_inbox",
        permissions=["decide"],
        dialog=dialog(
            "Send this invitation again?",
            "The mail has a new link, good for seven days; the former link ends.",
            "Send again",
        ),
    )
    def send_again(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        row = self.get_object(request, object_id)
        page = reverse("admin:accounts_invitation_changelist")
        return answer(request, row, resend_invitation, "Sent again.", otherwise=page)

    @action(
        description="Revoke",
        icon="block",
        permissions=["decide"],
        dialog=dialog(
            "Revoke this invitation?", "The link in its mail works no more from now on.", "Revoke"
        ),
    )
    def take_back(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        row = self.get_object(request, object_id)
        page = reverse("admin:accounts_invitation_changelist")
        return answer(request, row, revoke_invitation, "Revoked.", otherwise=page)

    def has_decide_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Offer what can be done with an open invitation only on such a one."""
        is_open = Invitation.objects.open().filter(pk=object_id).exists()
        return is_open and self.has_invite_permission(request)

    def has_invite_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        return has_permission("members.write")


@admin.register(SignInEvent)
class SignInEventAdmin(ReadOnlyAdmin):
    """Open to everybody who belongs somewhere: they see their own sign-ins, auditors all."""

    permissions = {"view": "organization.read"}
    empty_title = "No sign-ins yet"
    empty_text = "Whoever signs in to the organization, or tries to, is listed here."
    list_display = ["when", "person", "result", "method", "address", "program"]
    list_filter = ["outcome"]
    search_fields = ["user__email"]
    list_select_related = ["user"]
    ordering = ("-created_at", "-id")

    def get_queryset(self, request: HttpRequest) -> QuerySet[SignInEvent]:
        rows: Any = super().get_queryset(request)
        own: QuerySet[SignInEvent] = rows.visible()
        return own

    @display(description="When", ordering="created_at")
    def when(self, row: SignInEvent) -> str | None:
        return moment(row.created_at)

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
        return Truncator(row.user_agent).chars(60) or "–"


@admin.register(IdentityProvider)
class IdentityProviderAdmin(StudioAdmin):
    permissions = dict.fromkeys(("view", "add", "change", "delete"), "organization.write")
    add_words = "Set up a provider"
    empty_title = "People sign in here with a password"
    empty_text = (
        "Set up your identity provider (such as Google Workspace or Microsoft Entra ID) to"
        " let them sign in there instead. It needs an application at the provider: its id,"
        " its secret, and the issuer."
    )
    form = IdentityProviderForm
    readonly_fields = ["way_back"]
    list_display = ["name", "issuer", "spoken_for", "default_role", "is_active"]
    search_fields = ["name"]
    ordering = ("name", "id")

    def get_fields(self, request: HttpRequest, obj: IdentityProvider | None = None) -> list[str]:
        """Show where the provider sends people back to, which is known once there is a row."""
        asked = list(IdentityProviderForm.Meta.fields)
        return [*asked, "way_back"] if obj else asked

    @display(description="Redirect address, which the provider asks for")
    def way_back(self, row: IdentityProvider) -> str:
        path = reverse("openid_connect_callback", args=[row.slug])
        return f"{settings.ARM_BASE_URL.rstrip('/')}{path}"

    @display(description="Domains")
    def spoken_for(self, row: IdentityProvider) -> str:
        return ", ".join(row.domains) or "–"

    def delete_model(self, request: HttpRequest, obj: IdentityProvider) -> None:
        delete_identity_provider(obj)
