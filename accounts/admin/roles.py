"""Who may do what: the table of all roles, and the organization's own."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from unfold.decorators import display

from accounts.actions.delete_role import delete_role
from accounts.admin.grants import may_revoke
from accounts.forms import CustomRoleForm
from accounts.models import CustomRole
from accounts.reach import grants_of_roles
from accounts.roles import NOUNS, WORDS, Role, rights_of
from accounts.scoping.admin import StudioAdmin
from armproject.lib import context


@admin.register(CustomRole)
class CustomRoleAdmin(StudioAdmin):
    permissions = {
        "view": "roles.read",
        "add": "roles.write",
        "change": "roles.write",
        "delete": "roles.write",
    }
    add_words = "Make a role"
    save_words = "Make the role"
    empty_title = "No roles of your own yet"
    empty_text = (
        "The roles below are the same everywhere. Make one of your own where none of them"
        " fits, then give it to members or invite somebody to it."
    )
    form = CustomRoleForm
    change_list_template = "accounts/roles.html"
    list_display = ["name", "may", "holders"]
    search_fields = ["name"]
    ordering = ("name", "id")
    fields = ["name", "permissions"]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and _is_within_mine(obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        is_held = obj is not None and obj.members.exists()
        may = super().has_delete_permission(request, obj)
        return may and _is_within_mine(obj) and not is_held

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Show below the list what every role may do, everywhere and with single rows."""
        granted = {
            "grants": grants_of_roles(),
            **may_revoke(),
        }
        extra = {**table(), **granted, **(extra_context or {})}
        shown: HttpResponse = super().changelist_view(request, extra)
        return shown

    @display(description="May")
    def may(self, row: CustomRole) -> str:
        return f"{len(row.rights)} of {len(WORDS)} things"

    @display(description="People")
    def holders(self, row: CustomRole) -> int:
        return row.members.count()

    def delete_model(self, request: HttpRequest, obj: CustomRole) -> None:
        delete_role(obj)


def table() -> dict[str, Any]:
    """Return the columns and rows of the table: roles across, what they may do down."""
    built_in = [(role.label, rights_of(role)) for role in Role]
    columns = built_in + [(role.name, role.rights) for role in CustomRole.objects.all()]
    rows = [
        {
            "name": name,
            "says": says,
            "noun": NOUNS[name.partition(".")[0]],
            "may": [name in rights for _, rights in columns],
        }
        for name, says in WORDS.items()
    ]
    return {"roles": [name for name, _ in columns], "rows": rows}


def _is_within_mine(role: CustomRole | None) -> bool:
    return role is None or role.rights <= context.current().rights
