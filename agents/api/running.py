"""Starting agents, at the API's door."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.fence import fenced
from accounts.scoping.api import ScopedViewSet, own_transactions
from agents.actions.run_agent import LONGEST, LONGEST_KEY, run_agent
from agents.models import Invocation
from armproject.lib.rest.schema import ALSO
from armproject.lib.rest.strict import StrictFields


class RunAgentSerializer(StrictFields):
    """What to say to the agent. Under the same key it is said once, however often it is sent."""

    input = serializers.CharField(max_length=LONGEST, trim_whitespace=False)
    idempotency_key = serializers.CharField(max_length=LONGEST_KEY, required=False)


class BegunSerializer(serializers.Serializer[Any]):
    """`run_id` is the invocation; `session` the vendor's id of the work that has begun."""

    ok = serializers.BooleanField()
    run_id = serializers.UUIDField()
    session = serializers.CharField()


class InvocationSerializer(serializers.ModelSerializer[Invocation]):
    class Meta:
        model = Invocation
        fields: ClassVar = [
            "id",
            "agent",
            "key",
            "state",
            "asked_at",
            "session",
            "replays",
            "error",
        ]
        read_only_fields = fields


class StartsAgents(ScopedViewSet):
    """The part of an agent's deeds that begins work."""

    @extend_schema(
        request=RunAgentSerializer, responses=BegunSerializer, extensions={ALSO: ["409"]}
    )
    @action(detail=True, methods=["post"])
    @own_transactions
    def run(self, request: Request, pk: str) -> Response:
        """Have the agent's vendor begin work with a message; a paused agent is not started."""
        with fenced():
            agent = self.get_object()
        incoming = RunAgentSerializer(data=request.data)
        incoming.is_valid(raise_exception=True)
        said = incoming.validated_data
        row = run_agent(agent, said["input"], key=said.get("idempotency_key", ""))
        told = {"ok": True, "run_id": row.pk, "session": row.session}
        return Response(BegunSerializer(told).data)


class InvocationViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, ScopedViewSet):
    """Which agents were started by ARM, and what became of it, the newest first."""

    permissions: ClassVar = {"list": "agents.read", "retrieve": "agents.read"}
    queryset = Invocation.objects.all()
    serializer_class = InvocationSerializer
    filterset_fields: ClassVar = ["agent", "state", "replays"]
    ordering: ClassVar = ["-id"]
