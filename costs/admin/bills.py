"""The list of what vendors charged."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.decorators import display

from accounts.scoping.admin import ReadOnlyAdmin
from costs.admin.spans import SpanFilter
from costs.admin.words import ConnectionFilter, VendorFilter, amount
from costs.models import BilledCost


@admin.register(BilledCost)
class BilledCostAdmin(ReadOnlyAdmin):
    permissions = {"view": "costs.read"}
    list_display = ["day", "charge", "model", "key_or_project", "billed", "without_usage"]
    list_filter = [("starts_at", SpanFilter), VendorFilter, ConnectionFilter]
    list_filter_submit = True
    list_before_template = "costs/list_hint.html"
    list_select_related = ["connection", "agent"]
    search_fields = ["model__iexact", "project__iexact", "api_key__iexact"]
    search_help_text = "A model, project or key, written out."
    ordering = ("-starts_at", "-id")

    def get_queryset(self, request: HttpRequest) -> QuerySet[BilledCost]:
        return BilledCost.objects.all()

    @display(description="Day (UTC)", ordering="starts_at")
    def day(self, row: BilledCost) -> str:
        return f"{row.starts_at:%Y-%m-%d}"

    @display(description="Charge", header=True)
    def charge(self, row: BilledCost) -> list[str]:
        return [row.item or "Usage", str(row.connection)]

    @display(description="Key or project")
    def key_or_project(self, row: BilledCost) -> str:
        return row.api_key or row.project or "-"

    @display(description="Billed", ordering="amount")
    def billed(self, row: BilledCost) -> str:
        if row.credit:
            return f"{amount(row.credit, row.currency)} credit"
        return amount(row.amount, row.currency)

    @display(description="Without usage")
    def without_usage(self, row: BilledCost) -> str:
        return amount(row.unattributed, row.currency) if row.unattributed else "-"
