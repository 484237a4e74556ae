"""Alerts at the API's door."""

from typing import ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from governance.actions.acknowledge_alert import acknowledge_alert
from governance.actions.resolve_alert import resolve_alert
from governance.api.filters import AlertFilter
from governance.api.rules import RuleWrites
from governance.api.serializers import AlertDetailSerializer, AlertSerializer, NoteSerializer
from governance.models import Alert


@extend_schema_view(
    create=extend_schema(exclude=True),
    partial_update=extend_schema(exclude=True),
    destroy=extend_schema(exclude=True),
)
class AlertViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, RuleWrites):
    """What is wrong, or was, newest first.

    POST on this path, and PATCH and DELETE with a rule's id, are other names for the same calls
    below `/alert-rules`.
    """

    permissions: ClassVar = {
        "list": "alerts.read",
        "retrieve": "alerts.read",
        "ack": "alerts.decide",
        "resolve": "alerts.decide",
        "create": "alerts.write",
        "partial_update": "alerts.write",
        "destroy": "alerts.write",
    }
    queryset = Alert.objects.select_related("acknowledged_by", "resolved_by")
    serializer_class = AlertSerializer
    filterset_class = AlertFilter
    search_fields: ClassVar = ["title", "subject_label"]
    ordering_fields: ClassVar = ["opened_at", "last_seen_at"]

    def get_queryset(self) -> QuerySet[Alert]:
        rows: QuerySet[Alert] = super().get_queryset()
        return rows.prefetch_related("events") if self.action == "retrieve" else rows

    def get_serializer_class(self) -> type[BaseSerializer[Alert]]:
        return AlertDetailSerializer if self.action == "retrieve" else AlertSerializer

    @extend_schema(request=NoteSerializer, responses=AlertSerializer)
    @action(detail=True, methods=["post"])
    def ack(self, request: Request, pk: str) -> Response:
        return Response(AlertSerializer(acknowledge_alert(self.get_object(), _note(request))).data)

    @extend_schema(request=NoteSerializer, responses=AlertSerializer)
    @action(detail=True, methods=["post"])
    def resolve(self, request: Request, pk: str) -> Response:
        return Response(AlertSerializer(resolve_alert(self.get_object(), _note(request))).data)


def _note(request: Request) -> str:
    incoming = NoteSerializer(data=request.data)
    incoming.is_valid(raise_exception=True)
    return str(incoming.validated_data["note"])
