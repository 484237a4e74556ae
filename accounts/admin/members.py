"""The people of the organization and what each may do."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from unfold.decorators import display

from accounts.actions.remove_member import remove_member
from accounts.forms import MemberForm, NewMemberForm
from accounts.models import Membership
from accounts.scoping.admin import StudioAdmin
from armproject.lib import context


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
    list_select_related = ["user", "custom_role"]
    ordering = ("created_at", "id")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and _is_within_mine(obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and _is_within_mine(obj)

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
        return row.role_name

    def delete_model(self, request: HttpRequest, obj: Membership) -> None:
        remove_member(obj)


def _is_within_mine(member: Membership | None) -> bool:
    """Tell whether the member may do nothing that one may not do oneself."""
    return member is None or member.rights <= context.current().rights
