"""One short method per endpoint."""

from typing import Any, ClassVar

from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.scoping.api import ScopedViewSet
from costs import reports
from costs.actions.export_usage import export_usage
from costs.actions.request_readings import request_readings
from costs.api import serializers as shown
from costs.api.queries import BreakdownQuery, PeriodQuery, TrendQuery
from costs.filters import BillFilter, UsageFilter
from costs.models import BilledCost, UsageRecord
from costs.reconciliation import gaps
from costs.reports import By

MOST_SHOWN = 100


class UsageViewSet(mixins.ListModelMixin, ScopedViewSet):
    """What agents, keys and projects used, by hour or day and model, and what it cost."""

    permissions = {"list": "costs.read", "export": "costs.read"}
    queryset = UsageRecord.objects.select_related("agent")
    serializer_class = shown.UsageSerializer
    filterset_class = UsageFilter
    ordering_fields = ["starts_at", "total_tokens", "input_tokens", "output_tokens"]
    ordering = ("-starts_at",)

    @extend_schema(responses={(200, "text/csv"): OpenApiTypes.BINARY}, filters=True)
    @action(detail=False, pagination_class=None, ordering_fields=[])
    def export(self, request: Request) -> StreamingHttpResponse:
        rows = self.filter_queryset(self.get_queryset())
        lines = export_usage(rows, request.query_params.dict())
        response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = 'attachment; filename="arm-usage.csv"'
        return response


class BillViewSet(mixins.ListModelMixin, ScopedViewSet):
    """What vendors charged, line by line."""

    permissions = {"list": "costs.read"}
    queryset = BilledCost.objects.all()
    serializer_class = shown.BillSerializer
    filterset_class = BillFilter
    ordering_fields = ["starts_at", "amount"]
    ordering = ("-starts_at",)


class Report(APIView):
    """A report over the organization's costs."""

    permissions: ClassVar = {"get": "costs.read"}


class SummaryView(Report):
    @extend_schema(parameters=[PeriodQuery], responses=shown.SummarySerializer)
    def get(self, request: Request) -> Response:
        """Total cost of today, this week, this month or given days, beside the period before."""
        stretch = PeriodQuery.read(request)["stretch"]
        data = {
            "stretch": stretch,
            "totals": reports.summary(stretch).totals,
            "unpriced": reports.unpriced(stretch),
            "freshness": reports.freshness(),
        }
        return Response(shown.SummarySerializer(data).data)


class BreakdownView(Report):
    @extend_schema(parameters=[BreakdownQuery], responses=shown.BreakdownSerializer)
    def get(self, request: Request) -> Response:
        """Cost and tokens by what `by` names, the dearest first; the parts add up to the total."""
        asked = BreakdownQuery.read(request)
        parts = reports.breakdown(asked["stretch"], By(asked["by"]), asked.get("agent"))
        kept = parts[: asked["limit"]]
        data = {**asked, "parts": kept, "omitted": len(parts) - len(kept)}
        return Response(shown.BreakdownSerializer(data).data)


class TrendView(Report):
    @extend_schema(parameters=[TrendQuery], responses=shown.TrendSerializer)
    def get(self, request: Request) -> Response:
        """Cost and tokens over time, by the hour or the day, without gaps."""
        asked = TrendQuery.read(request)
        every = asked.get("every") or asked["stretch"].every
        data = {**asked, "every": str(every), "points": reports.trend(asked["stretch"], every)}
        return Response(shown.TrendSerializer(data).data)


class ReconciliationView(Report):
    @extend_schema(parameters=[PeriodQuery], responses=shown.GapSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Tell by vendor how far what agents told of is from what the vendor reports."""
        found = gaps(PeriodQuery.read(request)["stretch"])
        return Response(shown.GapSerializer(found, many=True).data)


class UsageMetricsView(Report):
    @extend_schema(parameters=[PeriodQuery], responses=shown.UsageMetricsSerializer)
    def get(self, request: Request) -> Response:
        """Tokens, requests and errors of a period, by agent and by model."""
        stretch = PeriodQuery.read(request)["stretch"]
        data = {
            "stretch": stretch,
            "totals": [total.now for total in reports.summary(stretch).totals],
            **_parts(stretch),
        }
        return Response(shown.UsageMetricsSerializer(data).data)


class CostMetricsView(Report):
    @extend_schema(parameters=[PeriodQuery], responses=shown.CostMetricsSerializer)
    def get(self, request: Request) -> Response:
        """Cost of a period, by agent and by model, and its course."""
        stretch = PeriodQuery.read(request)["stretch"]
        data = {
            "stretch": stretch,
            "totals": reports.summary(stretch).totals,
            "points": reports.trend(stretch),
            **_parts(stretch),
        }
        return Response(shown.CostMetricsSerializer(data).data)


class SyncView(APIView):
    permissions: ClassVar = {"post": "costs.sync"}

    @extend_schema(request=shown.SyncRequestSerializer, responses={202: shown.QueuedSerializer})
    def post(self, request: Request) -> Response:
        """Read usage and bills now: of one connection, or of all."""
        incoming = shown.SyncRequestSerializer(data=request.data)
        incoming.is_valid(raise_exception=True)
        queued = request_readings(incoming.validated_data.get("connection"))
        return Response({"queued": queued}, status=status.HTTP_202_ACCEPTED)


def _parts(stretch: Any) -> dict[str, Any]:
    return {
        "by_agent": reports.breakdown(stretch, By.AGENT)[:MOST_SHOWN],
        "by_model": reports.breakdown(stretch, By.MODEL)[:MOST_SHOWN],
    }
