"""By what the inventory is narrowed down. The names are those of the API's list."""

from collections.abc import Sequence
from typing import Any, ClassVar
from uuid import UUID

from django.contrib import admin
from django.contrib.admin.views.main import (
    ALL_VAR,
    ERROR_FLAG,
    ORDER_VAR,
    PAGE_VAR,
    SEARCH_VAR,
)
from django.http import HttpRequest, QueryDict

from accounts.models import Membership
from agents.admin.words import environments
from agents.models import AgentStatus, AgentType, Health
from agents.models.vendors import VENDORS
from agents.reports.asking import NONE
from connectors.models import Connection

MOST = 50
CONNECTION = "connection__id__exact"


class ChoiceFilter(admin.SimpleListFilter):
    """By one of a few known values; `none` stands for the empty one."""

    options: ClassVar[Sequence[tuple[str, str]]] = ()

    @classmethod
    def takes(cls, value: str) -> bool:
        return value in dict(cls.options)

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return list(self.options)

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        value = self.value()
        if value is None:
            return queryset
        if value not in dict(self.options):
            return queryset.none()
        return queryset.filter(**{self.parameter_name or "": "" if value == NONE else value})


class VendorFilter(ChoiceFilter):
    title, parameter_name, options = "vendor", "vendor", tuple(VENDORS.items())


class HealthFilter(ChoiceFilter):
    title, parameter_name, options = "health", "health", tuple(Health.choices)


class StatusFilter(ChoiceFilter):
    title, parameter_name, options = "status", "status", tuple(AgentStatus.choices)


class EnvironmentFilter(ChoiceFilter):
    title, parameter_name, options = "environment", "environment", tuple(environments())


class TypeFilter(ChoiceFilter):
    title, parameter_name, options = "type", "type", tuple(AgentType.choices)


class LinkFilter(admin.SimpleListFilter):
    """By the row that an agent is linked to, or by none."""

    column: ClassVar[str] = ""

    @classmethod
    def takes(cls, value: str) -> bool:
        try:
            return value == NONE or bool(UUID(value))
        except ValueError:
            return False

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        value = self.value()
        if value is None:
            return queryset
        if value == NONE:
            return queryset.filter(**{self.column: None})
        try:
            return queryset.filter(**{self.column: UUID(value)})
        except ValueError:
            return queryset.none()


class OwnerFilter(LinkFilter):
    title, parameter_name, column = "owner", "owner", "owner_id"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        rows = Membership.objects.order_by("user__name", "user__email")
        people = rows.values_list("user_id", "user__name", "user__email")[:MOST]
        return [(NONE, "Nobody"), *((str(pk), name or email) for pk, name, email in people)]


class ConnectionFilter(LinkFilter):
    title, parameter_name, column = "connection", CONNECTION, "connection_id"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        rows = Connection.objects.order_by("name").values_list("pk", "name")[:MOST]
        return [(NONE, "None"), *((str(pk), name) for pk, name in rows)]


class PresenceFilter(admin.SimpleListFilter):
    """Shows the agents that are there, unless those that vanished are asked for."""

    title, parameter_name = "presence", "presence"

    @classmethod
    def takes(cls, value: str) -> bool:
        return value == "vanished"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("vanished", "Vanished")]

    def choices(self, changelist: Any) -> Any:
        first, *others = super().choices(changelist)
        yield {**first, "display": "Present"}
        yield from others

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.vanished() if self.value() == "vanished" else queryset.present()


FILTERS = (
    HealthFilter,
    StatusFilter,
    VendorFilter,
    EnvironmentFilter,
    OwnerFilter,
    TypeFilter,
    ConnectionFilter,
    PresenceFilter,
)
# What Django's own lists read besides filters.
OWN = frozenset({PAGE_VAR, SEARCH_VAR, ORDER_VAR, ALL_VAR, ERROR_FLAG})


def misread(asked: QueryDict) -> dict[str, str]:
    """Return what a question to the list holds that no filter takes: parameter and value."""
    takers = {each.parameter_name: each.takes for each in FILTERS}
    return {
        name: str(value)
        for name, value in asked.items()
        if name not in OWN and not (name in takers and takers[name](str(value)))
    }
