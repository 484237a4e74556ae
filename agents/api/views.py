"""One short method per endpoint, calling an action; none holds a transaction while it waits."""

from typing import Any, cast

import orjson
from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import mixins, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.fence import fenced
from accounts.scoping.api import ScopedViewSet, own_transactions
from agents.actions.check_agent import check_agent
from agents.actions.export_agents import export_agents
from agents.actions.foresee_pull import foresee_pull
from agents.actions.inject_context import inject_context
from agents.actions.pause_agent import pause_agent
from agents.actions.read_interactions import read_interactions
from agents.actions.record_heartbeat import record_heartbeat
from agents.actions.register_agent import register_agent
from agents.actions.remove_agent import remove_agent
from agents.actions.request_discoveries import request_discoveries
from agents.actions.request_discovery import request_discovery
from agents.actions.resume_agent import resume_agent
from agents.actions.update_agent import update_agent
from agents.api import parameters, serializers
from agents.api.metrics_serializers import InventorySummarySerializer
from agents.api.running import StartsAgents
from agents.levers import Pull
from agents.models import Agent, AgentChange
from agents.reports.agent_list import list_agents
from agents.reports.health_history import HOURS, HOURS_MOST, health_history
from agents.reports.summary import inventory_summary
from armproject.lib.rest.schema import ALSO, JSON
from connectors.base import Verb


class AgentViewSet(mixins.RetrieveModelMixin, ScopedViewSet):
    """The organization's agents, wherever they live.

    The list answers {id, name, vendor, status, health, …}; an agent by itself adds its
    configuration and where ARM knows it from.
    """

    permissions = {
        "list": "agents.read",
        "retrieve": "agents.read",
        "create": "agents.write",
        "partial_update": "agents.write",
        "destroy": "agents.write",
        "summary": "agents.read",
        "export": "agents.read",
        "discover": "agents.discover",
    }
    lists_reach = True
    queryset = Agent.objects.select_related("owner")
    serializer_class = serializers.AgentSerializer
    filter_backends: list[Any] = []

    @extend_schema(
        parameters=[*parameters.FILTERS, *parameters.PAGES],
        responses=serializers.AgentRowSerializer(many=True),
    )
    @own_transactions
    def list(self, request: Request) -> Response:
        page = list_agents(request.query_params.dict())
        response = Response(orjson.loads(page.rows))
        vars(response)["meta"] = page.meta
        return response

    @extend_schema(
        request=serializers.NewAgentSerializer, responses={201: serializers.AgentSerializer}
    )
    def create(self, request: Request) -> Response:
        said = _read(serializers.NewAgentSerializer, request)
        agent = register_agent(agent_type=said.pop("type"), **said)
        return Response(self.get_serializer(agent).data, status=status.HTTP_201_CREATED)

    @extend_schema(
        request=serializers.ChangedAgentSerializer, responses=serializers.AgentSerializer
    )
    def partial_update(self, request: Request, pk: str) -> Response:
        agent = self.get_object()
        changed = update_agent(agent, **_read(serializers.ChangedAgentSerializer, request))
        return Response(self.get_serializer(changed).data)

    @extend_schema(
        request={JSON: serializers.ReasonSerializer},
        responses={200: serializers.RemovedSerializer},
    )
    def destroy(self, request: Request, pk: str) -> Response:
        reason = _read(serializers.ReasonSerializer, request)["reason"]
        return Response({"message": remove_agent(self.get_object(), reason=reason)})

    @extend_schema(responses=InventorySummarySerializer)
    @action(detail=False, pagination_class=None)
    def summary(self, request: Request) -> Response:
        """Count agents by vendor, status and health."""
        return Response(inventory_summary())

    @extend_schema(
        parameters=parameters.FILTERS,
        responses={(200, "text/csv"): OpenApiResponse(OpenApiTypes.BINARY, "The file.")},
    )
    @action(detail=False, url_path="export.csv", pagination_class=None)
    def export(self, request: Request) -> StreamingHttpResponse:
        """Write the filtered list as a file that spreadsheets open without running anything."""
        return export_agents(request.query_params.dict())

    @extend_schema(
        request=serializers.DiscoverySerializer,
        responses={202: serializers.QueuedDiscoverySerializer(many=True)},
    )
    @action(detail=False, methods=["post"], pagination_class=None)
    def discover(self, request: Request) -> Response:
        """Queue a discovery; the connection's syncs tell what came of it."""
        connection = _read(serializers.DiscoverySerializer, request).get("connection")
        queued = [request_discovery(connection)] if connection else request_discoveries()
        data = serializers.QueuedDiscoverySerializer(queued, many=True).data
        return Response(data, status=status.HTTP_202_ACCEPTED)


class AgentDeedsViewSet(StartsAgents, ScopedViewSet):
    """What can be done with one agent, and what is known of its past."""

    permissions = {
        "health": "agents.read",
        "check": "agents.check",
        "pause": "agents.pause",
        "foresee_pause": "agents.pause",
        "resume": "agents.pause",
        "foresee_resume": "agents.pause",
        "inject": "agents.inject",
        "run": "agents.run",
        "interactions": "interactions.read",
        "heartbeat": "agents.heartbeat",
        "history": "agents.read",
    }
    queryset = Agent.objects.select_related("owner", "connection__organization")
    serializer_class = serializers.AgentSerializer
    filter_backends: list[Any] = []

    @extend_schema(
        parameters=[
            OpenApiParameter(
                "hours",
                {"type": "integer", "minimum": 1, "maximum": HOURS_MOST, "default": HOURS},
                description="How far to look back.",
            )
        ],
        responses=serializers.HealthCheckSerializer(many=True),
    )
    @action(detail=True, pagination_class=None)
    def health(self, request: Request, pk: str) -> Response:
        """Tell how the agent was, the newest check first."""
        hours = request.query_params.get("hours", str(HOURS))
        checks = health_history(self.get_object(), hours=_whole(hours, 0))
        return Response(serializers.HealthCheckSerializer(checks, many=True).data)

    @extend_schema(request=None, responses=serializers.HealthCheckSerializer)
    @health.mapping.post
    @own_transactions
    def check(self, request: Request, pk: str) -> Response:
        """Check now and answer with what was found."""
        check = check_agent(self._asked())
        return Response(serializers.HealthCheckSerializer(check).data)

    @extend_schema(request=serializers.ReasonSerializer, responses=serializers.PullSerializer)
    @action(detail=True, methods=["post"])
    @own_transactions
    def pause(self, request: Request, pk: str) -> Response:
        """Close ARM's gate and pull the vendor's levers; the answer lists every one."""
        agent, said = self._asked(), _read(serializers.ReasonSerializer, request)
        return self._pulled(agent, pause_agent(agent, **said))

    @extend_schema(request=None, responses=serializers.PullSerializer)
    @pause.mapping.get
    @own_transactions
    def foresee_pause(self, request: Request, pk: str) -> Response:
        """Name every lever that pausing would pull on this agent now; nothing is pulled."""
        agent = self._asked()
        return self._pulled(agent, foresee_pull(agent, Verb.PAUSE))

    @extend_schema(request=serializers.ReasonSerializer, responses=serializers.PullSerializer)
    @action(detail=True, methods=["post"])
    @own_transactions
    def resume(self, request: Request, pk: str) -> Response:
        """Put back the levers that pausing pulled and open ARM's gate."""
        agent, said = self._asked(), _read(serializers.ReasonSerializer, request)
        return self._pulled(agent, resume_agent(agent, **said))

    @extend_schema(request=None, responses=serializers.PullSerializer)
    @resume.mapping.get
    @own_transactions
    def foresee_resume(self, request: Request, pk: str) -> Response:
        """Name every lever that resuming would put back now; nothing is pulled."""
        agent = self._asked()
        return self._pulled(agent, foresee_pull(agent, Verb.RESUME))

    @extend_schema(
        request=serializers.InstructionSerializer, responses=serializers.InstructedSerializer
    )
    @action(detail=True, methods=["post"])
    @own_transactions
    def inject(self, request: Request, pk: str) -> Response:
        """Put a text of ARM's where the agent reads it."""
        agent, said = self._asked(), _read(serializers.InstructionSerializer, request)
        return Response({"place": inject_context(agent, said["text"])})

    @extend_schema(
        parameters=[
            OpenApiParameter(
                "limit",
                {"type": "integer", "minimum": 1, "maximum": 200, "default": 50},
                description="How many steps at most.",
            )
        ],
        responses=serializers.InteractionSerializer(many=True),
        extensions={ALSO: ["409"]},
    )
    @action(detail=True, pagination_class=None)
    @own_transactions
    def interactions(self, request: Request, pk: str) -> Response:
        """Ask the vendor for the newest steps of the agent's conversations."""
        limit = request.query_params.get("limit", "50")
        steps = read_interactions(self._asked(), limit=_whole(limit, 50))
        return Response(serializers.InteractionSerializer(steps, many=True).data)

    @extend_schema(request=serializers.HeartbeatSerializer, responses=serializers.AnswerSerializer)
    @action(detail=True, methods=["post"])
    def heartbeat(self, request: Request, pk: str) -> Response:
        """Say how the agent is; the answer tells whether it is paused."""
        agent = record_heartbeat(self.get_object(), cast("dict[str, Any]", request.data))
        return Response(serializers.AnswerSerializer(agent).data)

    @extend_schema(responses=serializers.AgentChangeSerializer(many=True))
    @action(detail=True)
    def history(self, request: Request, pk: str) -> Response:
        """Tell what changed about the agent, the newest first."""
        rows = self.paginate_queryset(AgentChange.objects.about(self.get_object()).order_by("-id"))
        data = serializers.AgentChangeSerializer(rows, many=True).data
        return self.get_paginated_response(data)

    def _asked(self) -> Agent:
        with fenced():
            agent: Agent = self.get_object()
        return agent

    def _pulled(self, agent: Agent, outcome: Pull) -> Response:
        with fenced():
            shown = self.get_queryset().get(pk=agent.pk)
            data = serializers.PullSerializer({"levers": outcome.as_json(), "agent": shown}).data
        return Response(data)


def _read(serializer: Any, request: Request) -> dict[str, Any]:
    incoming = serializer(data=request.data)
    incoming.is_valid(raise_exception=True)
    said: dict[str, Any] = dict(incoming.validated_data)
    return said


def _whole(text: str, otherwise: int) -> int:
    """Return a whole number of at most nine digits, as query parameters give it."""
    return int(text[:9]) if text.isdecimal() else otherwise
