"""Who reports: the names under which telemetry arrives, and the agents they are."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from unfold.decorators import display

from accounts.scoping.admin import ReadOnlyAdmin
from accounts.scoping.cells import moment
from telemetry.models import Source


@admin.register(Source)
class SourceAdmin(ReadOnlyAdmin):
    permissions = {"view": "runs.read"}
    change_list_template = "telemetry/sources.html"
    list_display = ["who", "service", "inventory", "dialect", "seen"]
    list_select_related = ["agent"]
    search_fields = ["agent_name"]
    search_help_text = "How a name of an agent or a service begins"
    ordering = ("-last_seen_at", "-id")
    fields = ["who", "inventory", "runs", "service", "environment", "vendor", "vendor_agent_id"]
    fields += ["agent_version", "description", "dialect", "created_at", "last_seen_at"]
    readonly_fields = fields

    def get_search_results(
        self, request: HttpRequest, queryset: Any, search_term: str
    ) -> tuple[Any, bool]:
        term = search_term.strip()
        return (queryset.found(term) if term else queryset), False

    @display(description="Reports as")
    def who(self, row: Source) -> str:
        return str(row)

    @display(description="Agent")
    def inventory(self, row: Source) -> Any:
        if row.agent is None:
            return None
        url = reverse("admin:agents_agent_change", args=[row.agent_id])
        return format_html('<a class="arm-more" href="{}">{}</a>', url, row.agent)

    @display(description="Runs")
    def runs(self, row: Source) -> Any:
        listed = reverse("admin:telemetry_run_changelist")
        told = urlencode({"q": row.agent_name or row.service})
        return format_html('<a class="arm-more" href="{}?{}">See them</a>', listed, told)

    @display(description="Last heard")
    def seen(self, row: Source) -> str | None:
        return moment(row.last_seen_at)
