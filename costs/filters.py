"""By what usage and bills are filtered, in the API as in exports."""

from typing import Any

from django.db.models import QuerySet
from django_filters import rest_framework as filters

from costs.models import BilledCost, CostSource, PeriodType, UsageRecord, UsageRole


class UsageFilter(filters.FilterSet):  # type: ignore[misc]
    """Traffic is listed once: agents' shares only where one agent or a `role` is asked for."""

    agent = filters.UUIDFilter(field_name="agent_id")
    connection = filters.UUIDFilter(field_name="connection_id")
    model = filters.CharFilter()
    vendor = filters.CharFilter()
    project = filters.CharFilter()
    api_key = filters.CharFilter()
    period = filters.ChoiceFilter(field_name="period_type", choices=PeriodType.choices)
    source = filters.ChoiceFilter(field_name="cost_source", choices=CostSource.choices)
    role = filters.ChoiceFilter(choices=UsageRole.choices)
    start = filters.IsoDateTimeFilter(field_name="starts_at", lookup_expr="gte")
    end = filters.IsoDateTimeFilter(field_name="starts_at", lookup_expr="lt")

    class Meta:
        model = UsageRecord
        fields: list[str] = []

    def filter_queryset(self, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
        rows: QuerySet[Any] = super().filter_queryset(queryset)
        asked = self.form.cleaned_data
        if asked.get("agent") or asked.get("role"):
            return rows
        return rows.filter(role=UsageRole.TRAFFIC)


class BillFilter(filters.FilterSet):  # type: ignore[misc]
    agent = filters.UUIDFilter(field_name="agent_id")
    connection = filters.UUIDFilter(field_name="connection_id")
    model = filters.CharFilter()
    vendor = filters.CharFilter()
    item = filters.CharFilter()
    project = filters.CharFilter()
    currency = filters.CharFilter()
    start = filters.IsoDateTimeFilter(field_name="starts_at", lookup_expr="gte")
    end = filters.IsoDateTimeFilter(field_name="starts_at", lookup_expr="lt")

    class Meta:
        model = BilledCost
        fields: list[str] = []
