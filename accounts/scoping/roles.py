"""All roles of the organization, as choices and as a filter of lists."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from accounts.models import CustomRole
from accounts.roles import Role


def every_role() -> list[tuple[str, str]]:
    """Return all roles as choices, those of the organization's own last."""
    own = [(str(role.pk), role.name) for role in CustomRole.objects.all()]
    return [*((str(role), role.label) for role in Role), *own]


class RoleFilter(admin.SimpleListFilter):
    """By the role, one that every organization has or one of its own."""

    title = "role"
    parameter_name = "role"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return every_role()

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        role = self.value()
        if not role:
            return queryset
        built_in = role in Role.values
        return queryset.filter(role=role) if built_in else queryset.filter(custom_role_id=role)
