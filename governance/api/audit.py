"""The audit log at the API's door: to be read and taken out, never to be changed."""

from typing import Any, ClassVar

from django.http import FileResponse, StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.scoping.api import ScopedViewSet
from accounts.scoping.exports import KINDS
from governance.actions.export_audit import export_audit
from governance.actions.export_proof import export_proof
from governance.actions.request_verification import request_verification
from governance.api.filters import AuditFilter
from governance.api.proof import HexField, HoldSerializer, SealSerializer, VerificationSerializer
from governance.api.serializers import AuditEventSerializer
from governance.models import AuditEvent
from governance.reports import proof_of, proof_status
from governance.unaudited import UNAUDITED


class AnchorSerializer(serializers.Serializer[Any]):
    """A place outside the database, and how far it has come."""

    name = serializers.CharField()
    anchored_at = serializers.DateTimeField(allow_null=True)
    last_error = serializers.CharField()


class StatusSerializer(serializers.Serializer[Any]):
    """How the proof of the audit log stands; `waiting` events are not sealed yet."""

    seal = SealSerializer(allow_null=True)
    waiting = serializers.IntegerField()
    oldest = serializers.DateTimeField(allow_null=True)
    anchored = serializers.IntegerField(
        allow_null=True, help_text="The newest seal that a head outside the database covers."
    )
    anchors = AnchorSerializer(many=True)
    verification = VerificationSerializer(allow_null=True)
    running = VerificationSerializer(allow_null=True)
    hold = HoldSerializer(allow_null=True)


class PlaceSerializer(serializers.Serializer[Any]):
    """An event's place under its seal, and the path from its leaf to the seal's root."""

    seq = serializers.IntegerField()
    index = serializers.IntegerField()
    size = serializers.IntegerField()
    leaf = HexField()
    path = serializers.ListField(child=serializers.CharField())
    seal = SealSerializer()
    holds = serializers.BooleanField(help_text="Whether the event as it is now leads to the root.")


class UnauditedSerializer(serializers.Serializer[Any]):
    """Something that leaves no audit event, and why."""

    what = serializers.CharField()
    why = serializers.CharField()


class SpanSerializer(serializers.Serializer[Any]):
    """A span of time: since ≤ at < until; open where one is left out."""

    since = serializers.DateTimeField(required=False)
    until = serializers.DateTimeField(required=False)


class AuditViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, ScopedViewSet):
    """Who did what, when and why, newest first; events are appended and never changed."""

    permissions: ClassVar = {
        "list": "audit.read",
        "retrieve": "audit.read",
        "export": "audit.export",
        "bundle": "audit.export",
        "verify": "audit.verify",
        "standing": "audit.read",
        "proof": "audit.read",
        "unaudited": "audit.read",
    }
    queryset = AuditEvent.objects.all()
    serializer_class = AuditEventSerializer
    filterset_class = AuditFilter
    search_finds = (
        "Beginnings of the words of an action, or of the name of who acted or of what it was about;"
        " else the whole id of a row, or of a recent request or trace. By a name or an id it finds"
        " 1,000 events at most."
    )

    @property
    def query_parameters(self) -> tuple[str, ...]:
        return {"export": ("format",), "bundle": ("since", "until")}.get(self.action, ())

    @extend_schema(
        parameters=[OpenApiParameter("format", enum=list(KINDS), description="csv unless given.")],
        responses={
            (200, media.partition(";")[0]): OpenApiResponse(OpenApiTypes.BINARY, "The file.")
            for media in KINDS.values()
        },
    )
    @action(detail=False, methods=["get"])
    def export(self, request: Request) -> StreamingHttpResponse:
        events = self.filter_queryset(self.get_queryset())
        filters = {k: v for k, v in request.query_params.items() if k != "format"}
        return export_audit(events, kind=request.query_params.get("format", "csv"), filters=filters)

    @extend_schema(
        parameters=[SpanSerializer],
        responses={(200, "application/zip"): OpenApiResponse(OpenApiTypes.BINARY, "The file.")},
        filters=False,
    )
    @action(detail=False, methods=["get"], pagination_class=None)
    def bundle(self, request: Request) -> FileResponse:
        """Hand out sealed events with what proves them, and a verifier that needs no ARM."""
        span = SpanSerializer(data=request.query_params.dict())
        span.is_valid(raise_exception=True)
        asked = span.validated_data
        file = export_proof(asked.get("since"), asked.get("until"))
        return FileResponse(file, as_attachment=True, filename="audit.zip")

    @extend_schema(request=None, responses={202: VerificationSerializer})
    @action(detail=False, methods=["post"])
    def verify(self, request: Request) -> Response:
        """Have the log compared with its seals and the anchor; the answer says where to look."""
        verification = VerificationSerializer(request_verification())
        return Response(verification.data, status=status.HTTP_202_ACCEPTED)

    @extend_schema(responses=StatusSerializer, filters=False)
    @action(detail=False, methods=["get"], url_path="status", pagination_class=None)
    def standing(self, request: Request) -> Response:
        """Tell up to where the log is sealed, anchored and verified."""
        return Response(StatusSerializer(proof_status()).data)

    @extend_schema(responses=PlaceSerializer)
    @action(detail=True, methods=["get"])
    def proof(self, request: Request, pk: str) -> Response:
        """Show where the event stands under its seal, with the path that proves it."""
        return Response(PlaceSerializer(proof_of(self.get_object())).data)

    @extend_schema(responses=UnauditedSerializer(many=True), filters=False)
    @action(detail=False, methods=["get"], pagination_class=None)
    def unaudited(self, request: Request) -> Response:
        """Tell what is deliberately not recorded, and why."""
        return Response(UnauditedSerializer(UNAUDITED, many=True).data)
