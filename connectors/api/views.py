"""One short method per endpoint, calling an action; none holds a transaction while it waits."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from accounts.fence import fenced
from accounts.permissions import within_reach
from accounts.scoping.api import ScopedViewSet
from armproject.lib.rest.schema import JSON
from armproject.lib.secret import Secret
from connectors.actions.change_connection import change_connection
from connectors.actions.connect_vendor import connect_vendor
from connectors.actions.disconnect import disconnect
from connectors.actions.rotate_credential import rotate_credential
from connectors.actions.test_connection import test_connection
from connectors.api.serializers import (
    ChangedConnectionSerializer,
    ConnectionSerializer,
    ConnectorSerializer,
    DisconnectionSerializer,
    MadeConnectionSerializer,
    NewConnectionSerializer,
    RotationSerializer,
    SyncSerializer,
)
from connectors.base import CredentialKind
from connectors.catalogue import offers
from connectors.models import Connection, SyncRun


def waits_for_vendor(method: Any) -> Any:
    """Mark an endpoint that opens its own transactions around the wait for a vendor."""
    method.own_transactions = True
    return method


class ConnectionViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, ScopedViewSet):
    """Connections of the organization to its vendors. Disconnected ones are listed on demand."""

    permissions = {
        "list": "connections.read",
        "retrieve": "connections.read",
        "syncs": "connections.read",
        "create": "connections.write",
        "partial_update": "connections.write",
        "destroy": "connections.write",
        "test": "connections.write",
        "rotate": "connections.write",
    }
    lists_reach = True
    queryset = Connection.objects.none()
    serializer_class = ConnectionSerializer
    filterset_fields = ["vendor", "status"]
    search_fields = ["name", "base_url"]
    ordering_fields = ["name", "created_at", "status"]
    ordering = ("name",)

    def get_queryset(self) -> QuerySet[Connection]:
        rows = Connection.objects.with_agent_count()
        if self.action != "list":
            return rows
        if "status" not in self.request.query_params:
            rows = rows.connected()
        return within_reach(rows, "connections.read")

    @extend_schema(request=NewConnectionSerializer, responses={201: MadeConnectionSerializer})
    @waits_for_vendor
    def create(self, request: Request) -> Response:
        incoming = NewConnectionSerializer(data=request.data)
        incoming.is_valid(raise_exception=True)
        connection, secret = connect_vendor(**incoming.validated_data)
        return self._made(connection, secret, status.HTTP_201_CREATED)

    @extend_schema(request=ChangedConnectionSerializer, responses=ConnectionSerializer)
    @waits_for_vendor
    def partial_update(self, request: Request, pk: str) -> Response:
        incoming = ChangedConnectionSerializer(data=request.data)
        incoming.is_valid(raise_exception=True)
        return self._shown(change_connection(self._asked(), **incoming.validated_data))

    @extend_schema(request={JSON: DisconnectionSerializer}, responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        incoming = DisconnectionSerializer(data=request.data)
        incoming.is_valid(raise_exception=True)
        disconnect(self.get_object(), incoming.validated_data["reason"])
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=None, responses=ConnectionSerializer)
    @action(detail=True, methods=["post"])
    @waits_for_vendor
    def test(self, request: Request, pk: str) -> Response:
        return self._shown(test_connection(self._asked()))

    @extend_schema(request=RotationSerializer, responses=MadeConnectionSerializer)
    @action(detail=True, methods=["post"])
    @waits_for_vendor
    def rotate(self, request: Request, pk: str) -> Response:
        incoming = RotationSerializer(data=request.data)
        incoming.is_valid(raise_exception=True)
        kind = CredentialKind(incoming.validated_data["credential"])
        connection, secret = rotate_credential(
            self._asked(), kind, incoming.validated_data.get("key")
        )
        return self._made(connection, secret, status.HTTP_200_OK)

    @extend_schema(responses=SyncSerializer(many=True), filters=False)
    @action(detail=True, filterset_fields=[], search_fields=[], ordering_fields=[])
    def syncs(self, request: Request, pk: str) -> Response:
        rows = self.paginate_queryset(self.get_object().syncs.order_by("-id"))
        return self.get_paginated_response(SyncSerializer(rows, many=True).data)

    def _asked(self) -> Connection:
        with fenced():
            connection: Connection = self.get_object()
        return connection

    def _shown(self, connection: Connection) -> Response:
        with fenced():
            row = self.get_queryset().get(pk=connection.pk)
        return Response(self.get_serializer(row).data)

    def _made(self, connection: Connection, secret: Secret | None, code: int) -> Response:
        shown = self._shown(connection).data
        made = {**shown, "webhook_secret": secret.reveal() if secret else None}
        return Response(made, status=code)


class SyncViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, ScopedViewSet):
    """Readings of vendors: what each found, and what could not be read and why."""

    permissions = {"list": "connections.read", "retrieve": "connections.read"}
    queryset = SyncRun.objects.all()
    serializer_class = SyncSerializer
    filterset_fields = ["connection", "kind", "state"]
    ordering_fields = ["started_at"]
    ordering = ("-id",)


class ConnectorViewSet(ViewSet):
    """The vendors one can connect, with the keys they take and what they offer."""

    permissions = {"list": "connections.read"}

    @extend_schema(responses=ConnectorSerializer(many=True))
    def list(self, request: Request) -> Response:
        return Response([ConnectorSerializer(each.as_json()).data for each in offers()])
