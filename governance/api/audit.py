"""The audit log at the API's door: to be read and taken out, never to be changed."""

from typing import ClassVar

from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import mixins
from rest_framework.decorators import action
from rest_framework.request import Request

from accounts.scoping.api import ScopedViewSet
from accounts.scoping.exports import KINDS
from governance.actions.export_audit import export_audit
from governance.api.filters import AuditFilter
from governance.api.serializers import AuditEventSerializer
from governance.models import AuditEvent


class AuditViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, ScopedViewSet):
    """Who did what, when and why, newest first; events are appended and never changed."""

    permissions: ClassVar = {
        "list": "audit.read",
        "retrieve": "audit.read",
        "export": "audit.export",
    }
    queryset = AuditEvent.objects.all()
    serializer_class = AuditEventSerializer
    filterset_class = AuditFilter

    @property
    def query_parameters(self) -> tuple[str, ...]:
        return ("format",) if self.action == "export" else ()

    @extend_schema(
        parameters=[OpenApiParameter("format", enum=list(KINDS), description="csv unless given.")],
        responses={(200, "text/csv"): OpenApiResponse(OpenApiTypes.BINARY, "The file.")},
    )
    @action(detail=False, methods=["get"])
    def export(self, request: Request) -> StreamingHttpResponse:
        events = self.filter_queryset(self.get_queryset())
        filters = {k: v for k, v in request.query_params.items() if k != "format"}
        return export_audit(events, kind=request.query_params.get("format", "csv"), filters=filters)
