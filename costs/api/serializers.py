"""JSON out, for usage, bills and reports; every amount is an exact decimal string."""

from typing import Any

from rest_framework import serializers

from accounts.scoping.api import ScopedRelatedField
from armproject.lib.rest.strict import StrictFields
from connectors.models import Connection
from costs.models import BilledCost, CostSource, UsageRecord
from costs.periods import Named


class AmountField(serializers.DecimalField):
    def __init__(self, **options: Any) -> None:
        super().__init__(**{"max_digits": None, "decimal_places": 10, **options})


class UsageSerializer(serializers.ModelSerializer[UsageRecord]):
    """Costs are null where no price is known; requests and errors where the vendor is silent."""

    agent_name = serializers.CharField(
        source="agent.name", default=None, allow_null=True, read_only=True
    )

    class Meta:
        model = UsageRecord
        fields = [
            "id",
            "connection",
            "agent",
            "agent_name",
            "vendor",
            "role",
            "model",
            "vendor_agent_id",
            "api_key",
            "project",
            "surface",
            "period_type",
            "starts_at",
            "ends_at",
            "input_tokens",
            "output_tokens",
            "cached_tokens",
            "cache_write_tokens",
            "total_tokens",
            "requests",
            "errors",
            "input_cost",
            "output_cost",
            "total_cost",
            "currency",
            "cost_source",
            "estimated_cost",
            "price_version",
        ]
        read_only_fields = fields


class BillSerializer(serializers.ModelSerializer[BilledCost]):
    class Meta:
        model = BilledCost
        fields = [
            "id",
            "connection",
            "agent",
            "vendor",
            "starts_at",
            "ends_at",
            "item",
            "model",
            "vendor_agent_id",
            "api_key",
            "project",
            "surface",
            "amount",
            "credit",
            "currency",
            "unattributed",
        ]
        read_only_fields = fields


class FiguresSerializer(serializers.Serializer[Any]):
    """Cost and volume. `unpriced_tokens` have no cost in `cost`."""

    currency = serializers.CharField()
    cost = AmountField()
    sources = serializers.DictField(
        child=AmountField(),
        source="by_source",
        help_text=f"How the cost is known: {', '.join(CostSource.values)}.",
    )
    tokens = serializers.IntegerField()
    input_tokens = serializers.IntegerField()
    output_tokens = serializers.IntegerField()
    cached_tokens = serializers.IntegerField()
    cache_write_tokens = serializers.IntegerField()
    unpriced_tokens = serializers.IntegerField()
    requests = serializers.IntegerField()
    errors = serializers.IntegerField()  # type: ignore[assignment]


class PartSerializer(FiguresSerializer):
    """What one thing used and cost."""

    key = serializers.CharField(help_text="The agent's or connection's id, or the name itself.")
    label = serializers.CharField()  # type: ignore[assignment]
    share = serializers.DecimalField(
        max_digits=None, decimal_places=6, help_text="Of all cost in this currency, 0 to 1."
    )


class TotalSerializer(serializers.Serializer[Any]):
    """A total, beside the same part of the period before."""

    currency = serializers.CharField(source="now.currency")
    cost = AmountField(source="now.cost")
    former_cost = AmountField(
        source="former", allow_null=True, help_text="Null where the figures do not reach back."
    )
    change = serializers.DecimalField(
        max_digits=None,
        decimal_places=6,
        allow_null=True,
        help_text="As a ratio: 0.25 is a quarter more. Null where nothing was before.",
    )
    figures = FiguresSerializer(source="now")


class SpanSerializer(serializers.Serializer[Any]):
    """The days a report is about, and the instants they begin and end at."""

    period = serializers.ChoiceField(source="name", choices=[each.value for each in Named])
    first_day = serializers.DateField(source="first")
    last_day = serializers.DateField(source="last")
    start = serializers.DateTimeField()
    end = serializers.DateTimeField()
    time_zone = serializers.CharField(source="zone.key")


class FreshnessSerializer(serializers.Serializer[Any]):
    connection = serializers.UUIDField(source="connection.pk")
    name = serializers.CharField(source="connection.name")
    vendor = serializers.CharField(source="connection.vendor")
    usage_read_at = serializers.DateTimeField(source="usage_at", allow_null=True)
    costs_read_at = serializers.DateTimeField(source="costs_at", allow_null=True)


class SummarySerializer(serializers.Serializer[Any]):
    period = SpanSerializer(source="stretch")
    totals = TotalSerializer(many=True)
    unpriced = PartSerializer(many=True)
    freshness = FreshnessSerializer(many=True)


class BreakdownSerializer(serializers.Serializer[Any]):
    period = SpanSerializer(source="stretch")
    by = serializers.CharField()
    parts = PartSerializer(many=True)
    omitted = serializers.IntegerField(help_text="How many smaller parts the limit left out.")


class PointSerializer(serializers.Serializer[Any]):
    at = serializers.CharField(help_text="A date, or the hour as RFC 3339.")
    figures = FiguresSerializer(source="part")


class TrendSerializer(serializers.Serializer[Any]):
    period = SpanSerializer(source="stretch")
    every = serializers.CharField()
    points = PointSerializer(many=True)


class UsageMetricsSerializer(serializers.Serializer[Any]):
    period = SpanSerializer(source="stretch")
    totals = FiguresSerializer(many=True)
    by_agent = PartSerializer(many=True)
    by_model = PartSerializer(many=True)


class CostMetricsSerializer(serializers.Serializer[Any]):
    period = SpanSerializer(source="stretch")
    totals = TotalSerializer(many=True)
    by_agent = PartSerializer(many=True)
    by_model = PartSerializer(many=True)
    points = PointSerializer(many=True)


class GapSerializer(serializers.Serializer[Any]):
    """One vendor's days of which both it and agents told, in US dollars; `share` 1 is all of it."""

    vendor = serializers.CharField()
    days = serializers.IntegerField()
    observed = AmountField()
    reported = AmountField()
    difference = AmountField()
    share = serializers.DecimalField(max_digits=None, decimal_places=6, allow_null=True)
    unpriced = serializers.IntegerField()


class SyncRequestSerializer(StrictFields):
    """Which connection to read; without one, all of them."""

    connection = ScopedRelatedField(queryset=Connection.objects.all(), required=False)


class QueuedSerializer(serializers.Serializer[Any]):
    queued = serializers.IntegerField(help_text="How many readings wait or run now.")
