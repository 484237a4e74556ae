"""Runs and what they are made of, at the API's door."""

from typing import Any, ClassVar

from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import mixins
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.scoping.api import ScopedViewSet
from accounts.scoping.authentication import ANY_MEMBER
from telemetry.actions.export_run import export_run
from telemetry.actions.export_runs import export_runs
from telemetry.actions.receive_events import receive_events
from telemetry.api import serializers
from telemetry.api.contents import RunContents
from telemetry.api.parsers import UnreadJSON, told_size
from telemetry.api.replaying import ReplaysRuns
from telemetry.events import SCHEMA
from telemetry.filters import RunFilter
from telemetry.metering import admitted
from telemetry.models import Rejection, Run, Source
from telemetry.reports.run_spans import spans_of

FILE = {(200, "text/csv"): OpenApiResponse(OpenApiTypes.BINARY, "The file.")}


class RunViewSet(
    ReplaysRuns, RunContents, mixins.ListModelMixin, mixins.RetrieveModelMixin, ScopedViewSet
):
    """What agents did, one run for each trace, the newest first."""

    permissions: ClassVar = {
        "list": "runs.read",
        "retrieve": "runs.read",
        "spans": "runs.read",
        "export": "runs.read",
        "export_all": "runs.read",
        "replay": "agents.run",
        "messages": "contents.read",
        "tool_calls": "contents.read",
        "trail": "runs.read",
    }
    queryset = Run.objects.select_related("source")
    serializer_class = serializers.RunSerializer
    filterset_class = RunFilter
    ordering_fields: ClassVar = ["started_at"]
    ordering: ClassVar = ["-started_at"]

    @extend_schema(responses=serializers.StepSerializer(many=True))
    @action(
        detail=True, filterset_class=None, ordering_fields=["started_at"], ordering=["started_at"]
    )
    def spans(self, request: Request, pk: str) -> Response:
        """List the steps of a run, the earliest first."""
        rows: Any = self.paginate_queryset(spans_of(self.get_object()))
        data = serializers.StepSerializer(rows, many=True).data
        return self.get_paginated_response(data)

    @extend_schema(responses=FILE)
    @action(detail=True, url_path="export.csv", filterset_class=None, pagination_class=None)
    def export(self, request: Request, pk: str) -> StreamingHttpResponse:
        """Write the steps of a run as a file that spreadsheets open without running anything."""
        return export_run(self.get_object())

    @extend_schema(operation_id="runs_export_all", responses=FILE, filters=True)
    @action(detail=False, url_path="export.csv", pagination_class=None, ordering_fields=[])
    def export_all(self, request: Request) -> StreamingHttpResponse:
        """Write the filtered list as a file that spreadsheets open without running anything."""
        runs = self.filter_queryset(self.get_queryset())
        return export_runs(runs, request.query_params.dict())


class EventsView(APIView):
    """Events of ARM's own kind, for agents that do not speak OpenTelemetry."""

    permissions: ClassVar = {"post": "telemetry.write"}
    parser_classes = (UnreadJSON,)
    own_transactions = True

    @extend_schema(request=serializers.EventsSerializer, responses=serializers.ReceivedSerializer)
    def post(self, request: Request) -> Response:
        """Keep a batch of events; the answer tells which of them could not be kept, and why."""
        with admitted(told_size(request)):
            # An empty body never reaches the parser.
            body: Any = request.data
            received = receive_events(body if isinstance(body, bytes) else b"")
        return Response(serializers.received_data(received))


class EventSchemaView(APIView):
    permissions: ClassVar = {"get": ANY_MEMBER}

    @extend_schema(responses={200: OpenApiTypes.OBJECT})
    def get(self, request: Request) -> Response:
        """Return the JSON Schema of events."""
        return Response(SCHEMA)


class SourceViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, ScopedViewSet):
    """Under which names things report, and which agents of the inventory they are."""

    permissions: ClassVar = {"list": "runs.read", "retrieve": "runs.read"}
    queryset = Source.objects.all()
    serializer_class = serializers.SourceSerializer
    filterset_fields: ClassVar = ["agent", "service", "agent_name"]
    ordering: ClassVar = ["-last_seen_at"]


class RejectionViewSet(mixins.ListModelMixin, ScopedViewSet):
    """What agents sent and could not be kept, counted by hour and reason."""

    permissions: ClassVar = {"list": "runs.read"}
    queryset = Rejection.objects.all()
    serializer_class = serializers.RejectionSerializer
    filterset_fields: ClassVar = ["door"]
    ordering: ClassVar = ["-last_at"]
