"""How well agents work, at the API's door."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from armproject.lib.rest.query import ReportQuery
from telemetry.reports.performance import PartOf, Period, parts, performance, scope_of

RATE = "From 0 to 1, of the runs that are over; null where none is."
LENGTH = "Milliseconds within which this share of the runs ended, within an eighth; null for none."


class PeriodQuery(ReportQuery):
    """Which period, up to now; days are UTC days."""

    period = serializers.ChoiceField(choices=[each.value for each in Period], default="day")


class PerformanceQuery(PeriodQuery):
    agent = serializers.UUIDField(required=False, help_text="One agent of the inventory.")
    app = serializers.CharField(required=False, max_length=200)
    environment = serializers.CharField(required=False, max_length=200)
    model = serializers.CharField(required=False, max_length=200)

    def validate(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Let one thing narrow the report: runs are summed by each alone."""
        told = [of for of in PartOf if of.value in asked]
        if len(told) > 1:
            message = f"Ask by one of {', '.join(told)}; runs are summed by each alone."
            raise serializers.ValidationError({of.value: message for of in told[1:]})
        of = told[0] if told else None
        return {**asked, "scope": scope_of(of, str(asked[of.value]) if of else "")}


class PartsQuery(PeriodQuery):
    by = serializers.ChoiceField(choices=[each.value for each in PartOf], default="agent")


class TallySerializer(serializers.Serializer[Any]):
    """The runs that began in a span of time; those not over yet are in `runs` only."""

    runs = serializers.IntegerField()
    succeeded = serializers.IntegerField()
    failed = serializers.IntegerField()
    incomplete = serializers.IntegerField()
    success_rate = serializers.DecimalField(
        max_digits=None, decimal_places=6, allow_null=True, help_text=RATE
    )
    error_rate = serializers.DecimalField(
        max_digits=None, decimal_places=6, allow_null=True, help_text=RATE
    )
    p50_ms = serializers.SerializerMethodField(help_text=LENGTH)
    p95_ms = serializers.SerializerMethodField(help_text=LENGTH)
    p99_ms = serializers.SerializerMethodField(help_text=LENGTH)
    llm_calls = serializers.IntegerField()
    tool_calls = serializers.IntegerField()
    failed_steps = serializers.IntegerField(source="errors")
    input_tokens = serializers.IntegerField()
    output_tokens = serializers.IntegerField()
    cost = serializers.DecimalField(max_digits=None, decimal_places=10, help_text="US dollars.")
    unpriced = serializers.IntegerField()

    def get_p50_ms(self, sums: Any) -> float | None:
        return _rounded(sums.within_ms(0.5))

    def get_p95_ms(self, sums: Any) -> float | None:
        return _rounded(sums.within_ms(0.95))

    def get_p99_ms(self, sums: Any) -> float | None:
        return _rounded(sums.within_ms(0.99))


class StepOfPeriodSerializer(serializers.Serializer[Any]):
    at = serializers.DateTimeField()
    sums = TallySerializer()


class PerformanceSerializer(serializers.Serializer[Any]):
    """A period step by step; `before` is the one before it, null where nothing ran."""

    period = serializers.CharField()
    start = serializers.DateTimeField()
    end = serializers.DateTimeField()
    step_seconds = serializers.SerializerMethodField()
    now = TallySerializer()
    before = TallySerializer(allow_null=True)
    points = StepOfPeriodSerializer(many=True)

    def get_step_seconds(self, found: Any) -> int:
        return int(found.step.total_seconds())


class PerformerSerializer(serializers.Serializer[Any]):
    """What one agent, app or the like did; an agent's `key` is its id."""

    key = serializers.CharField()
    name = serializers.CharField(source="label")
    sums = TallySerializer()


class PerformanceView(APIView):
    permissions: ClassVar = {"get": "runs.read"}

    @extend_schema(parameters=[PerformanceQuery], responses=PerformanceSerializer)
    def get(self, request: Request) -> Response:
        """Tell success, failures, run time, runs and cost over time, of all runs or some."""
        asked = PerformanceQuery.read(request)
        found = performance(Period(asked["period"]), asked["scope"])
        return Response(PerformanceSerializer(found).data)


class PartsView(APIView):
    permissions: ClassVar = {"get": "runs.read"}

    @extend_schema(parameters=[PartsQuery], responses=PerformerSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Tell the same by agent, app, environment or model: a hundred, those with most runs."""
        asked = PartsQuery.read(request)
        found = parts(Period(asked["period"]), PartOf(asked["by"]))
        return Response(PerformerSerializer(found, many=True).data)


def _rounded(milliseconds: float | None) -> float | None:
    return None if milliseconds is None else round(milliseconds, 1)
