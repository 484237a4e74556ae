"""The people of the organization and what each may do."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from unfold.decorators import display

from accounts.actions.remove_member import remove_member
from accounts.admin.grants import GrantPages, may_revoke
from accounts.forms import MemberForm
from accounts.models import Membership
from accounts.reach import grants_of_member, rights_of_member
from accounts.scoping.admin import StudioAdmin
from accounts.scoping.cells import moment
from accounts.scoping.roles import RoleFilter
from armproject.lib import context


@admin.register(Membership)
class MembershipAdmin(GrantPages, StudioAdmin):
    permissions = {
        "view": "members.read",
        "add": "members.write",
        "change": "members.write",
        "delete": "members.write",
    }
    add_words = "Invite somebody"
    delete_words = "Remove from the organization"
    form = MemberForm
    change_form_template = "accounts/member.html"
    readonly_fields = ["person", "email", "role_badge", "since"]
    list_display = ["person", "email", "role_badge", "since"]
    list_filter = [RoleFilter]
    search_fields = ["user__email", "user__name"]
    list_select_related = ["user", "custom_role"]
    ordering = ("created_at", "id")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and _is_within_mine(obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        may = super().has_delete_permission(request, obj) and _is_within_mine(obj)
        return may and not (obj is not None and obj.is_last_owner)

    def add_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Lead to an invitation: nobody becomes a member without their consent."""
        return HttpResponseRedirect(reverse("admin:accounts_invitation_add"))

    def get_fields(self, request: HttpRequest, obj: Membership | None = None) -> list[str]:
        may_change = self.has_change_permission(request, obj)
        return ["person", "email", "given" if may_change else "role_badge", "since"]

    def get_urls(self) -> list[Any]:
        return [*self.grant_urls(), *super().get_urls()]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show below the form all the member can reach, and why."""
        member, reached = self.get_object(request, object_id), {}
        if member is not None and self.has_view_permission(request, member):
            reached = {
                "rights": rights_of_member(member),
                "grants": grants_of_member(member),
                **may_revoke(),
            }
        extra = {**reached, **(extra_context or {})}
        shown: HttpResponse = super().change_view(request, object_id, form_url, extra)
        return shown

    @display(description="Person", ordering="user__name")
    def person(self, row: Membership) -> str:
        return row.user.name or row.user.email

    @display(description="E-mail", ordering="user__email")
    def email(self, row: Membership) -> str:
        return row.user.email

    @display(description="Role", ordering="role", label={"Owner": "success", "Admin": "info"})
    def role_badge(self, row: Membership) -> str:
        return row.role_name

    @display(description="Member since", ordering="created_at")
    def since(self, row: Membership) -> str | None:
        return moment(row.created_at)

    def delete_model(self, request: HttpRequest, obj: Membership) -> None:
        remove_member(obj)


def _is_within_mine(member: Membership | None) -> bool:
    """Tell whether the member may do nothing that one may not do oneself."""
    return member is None or member.rights <= context.current().rights
