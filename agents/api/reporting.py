"""Endpoints of their own: signed heartbeats, and health in numbers."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from agents.actions.receive_heartbeat import LARGEST, receive_heartbeat
from agents.api.metrics_serializers import HealthMetricsSerializer
from agents.api.serializers import AnswerSerializer, SignedHeartbeatSerializer
from agents.reports.summary import health_metrics
from armproject.lib.errors import TooLarge
from connectors.models import Connection


class HeartbeatView(APIView):
    """Heartbeats of agents of one's own, signed as standardwebhooks.com says.

    The sender signs with the secret that ARM made for the connection. An agent not known yet is
    registered. The same webhook-id is taken once.
    """

    authentication_classes: list[Any] = []
    permission_classes: list[Any] = [AllowAny]
    own_transactions = True
    public = True
    parameter_models = {"connection": Connection}

    @extend_schema(
        operation_id="agents_receive_heartbeat",
        request=SignedHeartbeatSerializer,
        responses=AnswerSerializer,
        auth=[],
    )
    def post(self, request: Request, connection: UUID) -> Response:
        agent = receive_heartbeat(connection, _body(request), request.headers)
        return Response(AnswerSerializer(agent).data)


class HealthMetricsView(APIView):
    """How the organization's agents are, in all and by vendor."""

    permissions = {"get": "agents.read"}

    @extend_schema(responses=HealthMetricsSerializer)
    def get(self, request: Request) -> Response:
        return Response(health_metrics())


def _body(request: Request) -> bytes:
    """Return the raw bytes that were signed, if there are not too many of them."""
    told = request.META.get("CONTENT_LENGTH") or "0"
    if told.isdecimal() and int(told) > LARGEST:
        raise TooLarge(f"A heartbeat has at most {LARGEST} bytes.", max_bytes=LARGEST)
    body: bytes = request._request.body
    return body
