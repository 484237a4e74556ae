"""Objectives of agents at the API's door."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.scoping.api import ScopedRelatedField, ScopedViewSet
from agents.models import Agent
from armproject.lib.rest.strict import StrictFields
from telemetry.actions.drop_objective import drop_objective
from telemetry.actions.set_objective import set_objective
from telemetry.models import Objective, ObjectiveDays
from telemetry.reports.objectives import standings

LEFT = "How much of what may go wrong is left: 1 is all of it, below 0 it was overdrawn."


class ObjectiveChangeSerializer(StrictFields):
    """What is asked of an agent's runs; at least one of the two is given."""

    days = serializers.ChoiceField(choices=ObjectiveDays.choices, required=False)
    success_percent = serializers.DecimalField(
        max_digits=6, decimal_places=3, required=False, allow_null=True
    )
    p95_seconds = serializers.DecimalField(
        max_digits=9, decimal_places=3, required=False, allow_null=True
    )


class NewObjectiveSerializer(ObjectiveChangeSerializer):
    agent = ScopedRelatedField(queryset=Agent.objects.all())


class ObjectiveSerializer(serializers.ModelSerializer[Objective]):
    """An objective and how its agent stands; null where nothing ran."""

    agent_name = serializers.CharField(source="agent.name", read_only=True)
    success_rate = serializers.SerializerMethodField()
    p95_ms = serializers.SerializerMethodField()
    is_met = serializers.SerializerMethodField()
    failure_budget_left = serializers.SerializerMethodField(help_text=LEFT)
    time_budget_left = serializers.SerializerMethodField(help_text=LEFT)

    class Meta:
        model = Objective
        fields: ClassVar = [
            *("id", "agent", "agent_name", "days", "success_percent", "p95_seconds"),
            *("success_rate", "p95_ms", "is_met", "failure_budget_left", "time_budget_left"),
        ]
        read_only_fields: ClassVar = fields

    def to_representation(self, row: Objective) -> dict[str, Any]:
        (self.standing,) = standings([row])
        told: dict[str, Any] = super().to_representation(row)
        return told

    def get_success_rate(self, row: Objective) -> float | None:
        return _number(self.standing.sums.success_rate)

    def get_p95_ms(self, row: Objective) -> float | None:
        return _number(self.standing.sums.within_ms(0.95))

    def get_is_met(self, row: Objective) -> bool | None:
        return self.standing.is_met

    def get_failure_budget_left(self, row: Objective) -> float | None:
        return _number(self.standing.failure_budget)

    def get_time_budget_left(self, row: Objective) -> float | None:
        return _number(self.standing.time_budget)


class ObjectiveViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, ScopedViewSet):
    """How well agents are to work, and how they stand; an agent has one objective."""

    permissions: ClassVar = {
        "list": "runs.read",
        "retrieve": "runs.read",
        "create": "agents.write",
        "partial_update": "agents.write",
        "destroy": "agents.write",
    }
    queryset = Objective.objects.select_related("agent")
    serializer_class = ObjectiveSerializer
    filterset_fields: ClassVar = ["agent"]
    ordering: ClassVar = ["-id"]

    @extend_schema(request=NewObjectiveSerializer, responses={201: ObjectiveSerializer})
    def create(self, request: Request) -> Response:
        """Set an agent's objective; the one it had is replaced."""
        incoming = NewObjectiveSerializer(data=request.data)
        incoming.is_valid(raise_exception=True)
        objective = set_objective(**incoming.validated_data)
        return Response(self.get_serializer(objective).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=ObjectiveChangeSerializer(partial=True), responses=ObjectiveSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Change what is asked; null asks nothing any more."""
        row = self.get_object()
        incoming = ObjectiveChangeSerializer(data=request.data, partial=True)
        incoming.is_valid(raise_exception=True)
        present = {str(name): getattr(row, str(name)) for name in incoming.fields}
        objective = set_objective(row.agent, **{**present, **incoming.validated_data})
        return Response(self.get_serializer(objective).data)

    def destroy(self, request: Request, pk: str) -> Response:
        """Drop an objective."""
        drop_objective(self.get_object())
        return Response(status=status.HTTP_204_NO_CONTENT)


def _number(value: Any) -> float | None:
    return None if value is None else round(float(value), 6)
