"""Replaying runs, at the API's door."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.fence import fenced
from accounts.scoping.api import ScopedViewSet, own_transactions
from agents.actions.run_agent import LONGEST, LONGEST_KEY
from armproject.lib.rest.schema import ALSO
from armproject.lib.rest.strict import StrictFields
from telemetry.actions.replay_run import replay_run


class ReplaySerializer(StrictFields):
    """Without `input` the agent is asked what the run was asked, where that was kept."""

    input = serializers.CharField(max_length=LONGEST, required=False, trim_whitespace=False)
    idempotency_key = serializers.CharField(max_length=LONGEST_KEY, required=False)


class ReplayBegunSerializer(serializers.Serializer[Any]):
    """`run_id` is the invocation; `session` the vendor's id of the work that has begun."""

    ok = serializers.BooleanField()
    run_id = serializers.UUIDField()
    session = serializers.CharField()


class ReplaysRuns(ScopedViewSet):
    """The part of runs by which failed ones are done again."""

    @extend_schema(
        request=ReplaySerializer, responses=ReplayBegunSerializer, extensions={ALSO: ["409"]}
    )
    @action(detail=True, methods=["post"], filterset_class=None, pagination_class=None)
    @own_transactions
    def replay(self, request: Request, pk: str) -> Response:
        """Start the agent of a failed run again; `invocations?replays=` tells what became of it."""
        with fenced():
            run = self.get_object()
        incoming = ReplaySerializer(data=request.data)
        incoming.is_valid(raise_exception=True)
        said = incoming.validated_data
        key = said.get("idempotency_key", "")
        row = replay_run(run, said.get("input", ""), key=key)
        told = {"ok": True, "run_id": row.pk, "session": row.session}
        return Response(ReplayBegunSerializer(told).data)
