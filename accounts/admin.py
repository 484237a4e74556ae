"""The Studio's pages about people and access."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from unfold.decorators import action, display

from accounts.actions.remove_member import remove_member
from accounts.actions.revoke_api_key import revoke_api_key
from accounts.forms import ApiKeyForm, MemberForm, NewMemberForm, OrganizationForm
from accounts.models import ApiKey, Membership, Organization
from accounts.permissions import has_permission
from accounts.scoping.admin import StudioAdmin, run_on_each

if admin.site.is_registered(Group):
    admin.site.unregister(Group)


@admin.register(Membership)
class MembershipAdmin(StudioAdmin):
    permissions = {
        "view": "members.read",
        "add": "members.write",
        "change": "members.write",
        "delete": "members.write",
    }
    list_display = ["person", "email", "role_badge", "created_at"]
    list_filter = ["role"]
    search_fields = ["user__email", "user__name"]
    list_select_related = ["user"]
    ordering = ("created_at", "id")

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        form = MemberForm if obj else NewMemberForm
        return super().get_form(request, obj, change, form=form, **kwargs)

    @display(description="Person", ordering="user__name")
    def person(self, row: Membership) -> str:
        return row.user.name or row.user.email

    @display(description="E-mail", ordering="user__email")
    def email(self, row: Membership) -> str:
        return row.user.email

    @display(description="Role", ordering="role", label={"Owner": "success", "Admin": "info"})
    def role_badge(self, row: Membership) -> str:
        return row.get_role_display()

    def delete_model(self, request: HttpRequest, obj: Membership) -> None:
        remove_member(obj)


@admin.register(ApiKey)
class ApiKeyAdmin(StudioAdmin):
    permissions = {"view": "api_keys.read", "add": "api_keys.write"}
    form = ApiKeyForm
    list_display = ["name", "prefix", "owner", "state", "last_used_at", "expires_at"]
    search_fields = ["name"]
    list_select_related = ["user"]
    actions = ["revoke"]

    @display(description="Key")
    def prefix(self, row: ApiKey) -> str:
        return f"arm_sk_live_{row.public_id}…"

    @display(description="Owner")
    def owner(self, row: ApiKey) -> str:
        return row.user.email

    @display(description="State", label={"Live": "success", "Revoked": "danger"})
    def state(self, row: ApiKey) -> str:
        return "Revoked" if row.revoked_at else "Live"

    @action(description="Revoke", permissions=["revoke"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[ApiKey]) -> None:
        run_on_each(request, queryset, revoke_api_key, "Revoked")

    def has_revoke_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        return has_permission("api_keys.write")

    def save_model(self, request: HttpRequest, obj: ApiKey, form: Any, change: bool) -> None:
        """Show the token, this once."""
        if not change:
            said = "Copy the key now; it is not shown again: <code>{}</code>"
            messages.warning(request, format_html(said, form.token.reveal()))


@admin.register(Organization)
class OrganizationAdmin(StudioAdmin):
    permissions = {"view": "organization.read", "change": "organization.write"}
    form = OrganizationForm
    list_display = ["name", "slug", "time_zone", "currency", "created_at"]
    ordering = ("name",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Organization]:
        return Organization.objects.current()

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Open the one organization there is to set."""
        current = self.get_queryset(request).first()
        if current is None:
            return super().changelist_view(request, extra_context)
        return self.change_view(request, str(current.pk), extra_context=extra_context)
