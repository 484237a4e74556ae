"""The list of usage records."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.decorators import display

from accounts.scoping.admin import ReadOnlyAdmin
from costs.admin import overview
from costs.admin.spans import SpanFilter
from costs.admin.words import SOURCE_COLOURS, ConnectionFilter, VendorFilter, amount
from costs.models import UsageRecord

LIST = "costs_usagerecord_changelist"


@admin.register(UsageRecord)
class UsageRecordAdmin(ReadOnlyAdmin):
    permissions = {"view": "costs.read"}
    list_display = [
        "starts_at",
        "who",
        "model",
        "key_or_project",
        "tokens",
        "requests",
        "cost",
        "source",
    ]
    list_filter = [
        ("starts_at", SpanFilter),
        VendorFilter,
        ConnectionFilter,
        "cost_source",
        "period_type",
        "role",
    ]
    list_filter_submit = True
    list_before_template = "costs/list_hint.html"
    list_select_related = ["agent", "connection"]
    search_fields = ["model__iexact", "project__iexact", "api_key__iexact"]
    search_help_text = "A model, project or key, written out."
    ordering = ("-starts_at", "-id")

    def get_urls(self) -> list[Any]:
        return [*overview.urls(), *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> QuerySet[UsageRecord]:
        """Return traffic once; agents' shares of it only where they are filtered for."""
        is_list = request.resolver_match and request.resolver_match.url_name == LIST
        if is_list and "role__exact" not in request.GET:
            return UsageRecord.objects.traffic()
        return UsageRecord.objects.all()

    @display(description="Agent", header=True)
    def who(self, row: UsageRecord) -> list[str]:
        name = str(row.agent) if row.agent else row.vendor_agent_id or "No agent"
        return [name, str(row.connection or "Told by agents")]

    @display(description="Key or project")
    def key_or_project(self, row: UsageRecord) -> str:
        return row.api_key or row.project or "-"

    @display(description="Tokens", ordering="total_tokens")
    def tokens(self, row: UsageRecord) -> str:
        return f"{row.total_tokens:,}"

    @display(description="Cost")
    def cost(self, row: UsageRecord) -> str:
        return amount(row.total_cost, row.currency)

    @display(description="Source", label=SOURCE_COLOURS)
    def source(self, row: UsageRecord) -> str:
        return row.get_cost_source_display()
