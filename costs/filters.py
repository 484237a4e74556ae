"""By what usage and bills are filtered, in the API as in exports."""

from datetime import date, datetime
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django import forms
from django.db.models import QuerySet
from django.utils.dateparse import parse_date
from django_filters import rest_framework as filters
from django_filters.fields import IsoDateTimeField
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field

from costs.models import BilledCost, CostSource, PeriodType, UsageRecord, UsageRole
from costs.periods import EARLIEST, LATEST, closing, opening, refuse_turned, zone_of
from costs.reports import organization

UTC = ZoneInfo("UTC")


class DayOrMomentField(IsoDateTimeField):  # type: ignore[misc]
    """A date, or an instant as RFC 3339."""

    def to_python(self, value: Any) -> date | None:
        found: date | None = _day(value) or super().to_python(value)
        if found is None:
            return None
        day = found.date() if isinstance(found, datetime) else found
        if not EARLIEST <= day <= LATEST:
            raise forms.ValidationError("Choose a date between 2020 and 2100.")
        return found


def _day(value: Any) -> date | None:
    try:
        return parse_date(str(value))
    except ValueError:
        return None


@extend_schema_field(OpenApiTypes.STR)
class BoundFilter(filters.IsoDateTimeFilter):  # type: ignore[misc]
    """One end of a span; the filter set cuts by it, where it knows the zone."""

    field_class = DayOrMomentField

    def filter(self, queryset: "QuerySet[Any]", value: Any) -> "QuerySet[Any]":
        return queryset


def _bound(end: str, days: str) -> BoundFilter:
    told = f"A date, included whole ({days}), or an instant as RFC 3339, {end}."
    return BoundFilter(label=told)


class SpanFilterSet(filters.FilterSet):  # type: ignore[misc]
    """Rows that begin between `start` and `end`: dates are included, as in every report."""

    def zone(self) -> ZoneInfo:
        """Return the zone whose days dates are: that of the organization."""
        return zone_of(organization().time_zone)

    def filter_queryset(self, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
        rows: QuerySet[Any] = super().filter_queryset(queryset)
        first, last = self.form.cleaned_data.get("start"), self.form.cleaned_data.get("end")
        if first is None and last is None:
            return rows
        zone = self.zone()
        start = None if first is None else opening(first, zone)
        end = None if last is None else closing(last, zone)
        refuse_turned(start, end)
        rows = rows if start is None else rows.filter(starts_at__gte=start)
        return rows if end is None else rows.filter(starts_at__lt=end)


class UsageFilter(SpanFilterSet):
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
    start = _bound("included", "in the organization's time zone")
    end = _bound("not included", "in the organization's time zone")

    class Meta:
        model = UsageRecord
        fields: ClassVar[list[str]] = []

    def filter_queryset(self, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
        rows = super().filter_queryset(queryset)
        asked = self.form.cleaned_data
        if asked.get("agent") or asked.get("role"):
            return rows
        return rows.filter(role=UsageRole.TRAFFIC)


class BillFilter(SpanFilterSet):
    """Charges; vendors cut their bills by UTC days, and so do these dates."""

    agent = filters.UUIDFilter(field_name="agent_id")
    connection = filters.UUIDFilter(field_name="connection_id")
    model = filters.CharFilter()
    vendor = filters.CharFilter()
    item = filters.CharFilter()
    project = filters.CharFilter()
    currency = filters.CharFilter()
    start = _bound("included", "by UTC, as vendors cut their bills")
    end = _bound("not included", "by UTC, as vendors cut their bills")

    class Meta:
        model = BilledCost
        fields: ClassVar[list[str]] = []

    def zone(self) -> ZoneInfo:
        """Return the zone of bills."""
        return UTC
