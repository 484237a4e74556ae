"""The list of connections, and the way to each page about one."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.urls import reverse
from unfold.decorators import action, display

from accounts.permissions import within_reach
from accounts.scoping.admin import StudioAdmin
from accounts.scoping.cells import moment
from connectors.actions.retest_connections import retest_connections
from connectors.admin.pages import ConnectionPages
from connectors.admin.words import STATUS_COLOURS, capability_rows
from connectors.catalogue import offers
from connectors.models import Connection
from connectors.registry import kinds, load


class VendorFilter(admin.SimpleListFilter):
    """By vendor."""

    title = "vendor"
    parameter_name = "vendor"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(kind, load(kind).label) for kind in kinds()]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(vendor=self.value()) if self.value() else queryset


@admin.register(Connection)
class ConnectionAdmin(ConnectionPages, StudioAdmin):
    lists_reach = True
    permissions = {
        "view": "connections.read",
        "add": "connections.write",
        "change": "connections.write",
    }
    list_display = [
        "connection",
        "status_label",
        "reason",
        "abilities",
        "agents",
        "tested",
        "read",
    ]
    list_filter = [VendorFilter, "status"]
    search_fields = ["name"]
    ordering = ("name", "id")
    actions = ["test_again"]
    change_list_template = "connectors/change_list.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Connection]:
        return within_reach(Connection.objects.with_agent_count(), "connections.read")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return StudioAdmin.has_change_permission(self, request, obj)

    def get_urls(self) -> list[Any]:
        return [*self.own_urls(), *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        extra = {"offers": offers(), **(extra_context or {})}
        answer: HttpResponse = super().changelist_view(request, extra)
        return answer

    def add_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:connectors_connection_connect"))

    def change_view(
        self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        return self.show(request, object_id)

    @display(description="Connection", ordering="name")
    def connection(self, row: Connection) -> str:
        label = load(row.vendor).label if row.vendor in kinds() else row.vendor
        return render_to_string("connectors/cell_name.html", {"row": row, "label": label})

    @display(description="Status", ordering="status", label=STATUS_COLOURS)
    def status_label(self, row: Connection) -> str:
        return row.get_status_display()

    @display(description="Why")
    def reason(self, row: Connection) -> str | None:
        if not row.status_reason:
            return None
        return render_to_string("connectors/cell_reason.html", {"row": row})

    @display(description="Can do")
    def abilities(self, row: Connection) -> str:
        rows = capability_rows(row.capabilities)
        return render_to_string("connectors/cell_abilities.html", {"rows": rows})

    @display(description="Agents", ordering="agent_count")
    def agents(self, row: Any) -> str:
        return render_to_string("connectors/cell_agents.html", {"row": row})

    @display(description="Tested", ordering="tested_at")
    def tested(self, row: Connection) -> str | None:
        return moment(row.tested_at)

    @display(description="Last read", ordering="synced_at")
    def read(self, row: Connection) -> str | None:
        return moment(row.synced_at)

    @action(description="Test again", permissions=["change"])
    def test_again(self, request: HttpRequest, queryset: Any) -> None:
        count = retest_connections(queryset)
        messages.success(request, f"Tests under way: {count}. Reload to see what they found.")
