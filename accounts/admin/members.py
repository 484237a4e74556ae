"""The people of the organization and what each may do."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from unfold.decorators import display

from accounts.actions.remove_member import remove_member
from accounts.forms import MemberForm, NewMemberForm
from accounts.models import Membership
from accounts.scoping.admin import StudioAdmin


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
