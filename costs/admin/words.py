"""What the lists of costs share: words, colours, filters."""

from decimal import Decimal
from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from armproject.lib.money import Money
from connectors.models import Connection
from connectors.registry import kinds, load
from costs.models import CostSource

MOST_CONNECTIONS = 50
SOURCE_COLOURS = {
    CostSource.BILLED.label: "success",
    CostSource.ALLOCATED.label: "success",
    CostSource.ESTIMATED.label: "info",
    CostSource.OBSERVED.label: "info",
    CostSource.UNPRICED.label: "warning",
}


def amount(value: Decimal | None, currency: str) -> str:
    """Return an amount for people, a dash where nothing is known."""
    return "-" if value is None else str(Money(value, currency))


class VendorFilter(admin.SimpleListFilter):
    """By vendor."""

    title = "vendor"
    parameter_name = "vendor"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(kind, load(kind).label) for kind in kinds()]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(vendor=self.value()) if self.value() else queryset


class ConnectionFilter(admin.SimpleListFilter):
    """By connection."""

    title = "connection"
    parameter_name = "connection"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        rows = Connection.objects.order_by("name").values_list("pk", "name")[:MOST_CONNECTIONS]
        return [(str(pk), name) for pk, name in rows]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        known = {pk for pk, _ in self.lookup_choices}
        return queryset.filter(connection_id=self.value()) if self.value() in known else queryset
