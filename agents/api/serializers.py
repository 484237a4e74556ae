"""Agents in JSON: what comes in and what goes out."""

from typing import Any

from rest_framework import serializers

from accounts.models import User
from accounts.scoping.api import ScopedRelatedField
from agents.models import Agent, AgentChange, AgentType, Environment, HealthCheck
from agents.models.vendors import VENDORS
from agents.scoring import evidence_of
from armproject.lib.rest.strict import StrictFields
from connectors.models import Connection


class AgentRowSerializer(serializers.ModelSerializer[Agent]):
    """An agent as lists show it."""

    owner_name = serializers.SerializerMethodField(allow_null=True)

    class Meta:
        model = Agent
        fields = [
            "id",
            "name",
            "vendor",
            "vendor_agent_id",
            "type",
            "status",
            "model",
            "connection",
            "owner",
            "owner_name",
            "environment",
            "cost_center",
            "health",
            "health_score",
            "health_checked_at",
            "error_rate",
            "last_active_at",
            "last_error",
            "paused_at",
            "discovered_via",
            "confidence",
            "vanished_at",
            "created_at",
            "updated_at",
        ]
        read_only_fields = fields

    def get_owner_name(self, agent: Agent) -> str | None:
        return (agent.owner.name or agent.owner.email) if agent.owner else None


class AgentSerializer(AgentRowSerializer):
    """An agent with all that is known of it."""

    config = serializers.JSONField(read_only=True)
    metadata = serializers.JSONField(read_only=True)
    last_listed_at = serializers.DateTimeField(read_only=True, allow_null=True, source="listed_at")

    class Meta(AgentRowSerializer.Meta):
        fields = [
            *AgentRowSerializer.Meta.fields,
            "description",
            "config",
            "metadata",
            "health_note",
            "last_error_at",
            "paused_reason",
            "vendor_status",
            "vendor_created_at",
            "vendor_updated_at",
            "last_listed_at",
            "heartbeat_at",
        ]
        read_only_fields = fields


class NewAgentSerializer(StrictFields):
    """An agent registered by hand; only its name is required."""

    name = serializers.CharField(max_length=200)
    vendor = serializers.ChoiceField(list(VENDORS.items()), default="custom")
    vendor_agent_id = serializers.CharField(max_length=200, required=False)
    type = serializers.ChoiceField(AgentType.choices, default=AgentType.CUSTOM)
    model = serializers.CharField(max_length=120, required=False, allow_blank=True)
    description = serializers.CharField(max_length=10_000, required=False, allow_blank=True)
    owner = ScopedRelatedField(queryset=User.objects.all(), required=False, allow_null=True)
    environment = serializers.ChoiceField(Environment.choices, required=False)
    cost_center = serializers.CharField(max_length=100, required=False, allow_blank=True)
    config = serializers.DictField(required=False)
    metadata = serializers.DictField(required=False)


class ChangedAgentSerializer(StrictFields):
    """What people may change; name, type, model and configuration only of own agents."""

    name = serializers.CharField(max_length=200, required=False)
    type = serializers.ChoiceField(AgentType.choices, required=False)
    model = serializers.CharField(max_length=120, required=False, allow_blank=True)
    description = serializers.CharField(max_length=10_000, required=False, allow_blank=True)
    owner = ScopedRelatedField(queryset=User.objects.all(), required=False, allow_null=True)
    environment = serializers.ChoiceField(Environment.choices, required=False)
    cost_center = serializers.CharField(max_length=100, required=False, allow_blank=True)
    config = serializers.DictField(required=False)
    metadata = serializers.DictField(required=False)


class ReasonSerializer(StrictFields):
    """Why something is done, for the record."""

    reason = serializers.CharField(
        max_length=300, required=False, allow_blank=True, default="", trim_whitespace=True
    )


class RemovedSerializer(serializers.Serializer[Any]):
    """What becomes of an agent that was removed."""

    message = serializers.CharField()


class LeverSerializer(serializers.Serializer[Any]):
    """One thing that could stop or start an agent, and whether it was, or would be, pulled."""

    name = serializers.CharField()
    pulled = serializers.BooleanField()
    detail = serializers.CharField()
    fault = serializers.CharField()


class PullSerializer(serializers.Serializer[Any]):
    """Every lever, pulled or not, ARM's own first, and the agent as it is now."""

    levers = LeverSerializer(many=True)
    agent = AgentSerializer()


class HealthPartSerializer(serializers.Serializer[Any]):
    """One named part of a health score."""

    name = serializers.CharField()
    points = serializers.IntegerField()
    of = serializers.IntegerField()
    why = serializers.CharField()


class HealthCheckSerializer(serializers.ModelSerializer[HealthCheck]):
    """How an agent was at one moment, and why that is said."""

    parts = HealthPartSerializer(many=True)
    evidence = serializers.SerializerMethodField()

    class Meta:
        model = HealthCheck
        fields = [
            "id",
            "agent",
            "at",
            "status",
            "score",
            "parts",
            "evidence",
            "latency_ms",
            "p95_ms",
            "requests",
            "errors",
            "error_rate",
            "note",
            "fault",
            "error",
        ]
        read_only_fields = fields

    def get_evidence(self, check: HealthCheck) -> str:
        """Return how much is known: none, little or enough."""
        return evidence_of(str(part["name"]) for part in check.parts)


class AgentChangeSerializer(serializers.ModelSerializer[AgentChange]):
    """One entry of an agent's history; `changes` maps a field to [from, to]."""

    changes = serializers.DictField(child=serializers.ListField(child=serializers.JSONField()))

    class Meta:
        model = AgentChange
        fields = ["id", "created_at", "kind", "changes", "told_by", "sync_run"]
        read_only_fields = fields


class DiscoverySerializer(StrictFields):
    """Which connection's agents to discover; without one, those of every connection."""

    connection = ScopedRelatedField(queryset=Connection.objects.all(), required=False)


class QueuedDiscoverySerializer(serializers.Serializer[Any]):
    """Work that was queued, or was waiting already."""

    id = serializers.UUIDField()
    kind = serializers.CharField()
    state = serializers.CharField()
    connection = serializers.CharField(source="args.connection")


class InstructionSerializer(StrictFields):
    """ARM's text for an agent; an empty one takes out what was put there before."""

    text = serializers.CharField(max_length=20_000, allow_blank=True, trim_whitespace=False)


class InstructedSerializer(serializers.Serializer[Any]):
    """Where the text was put."""

    place = serializers.CharField()


class InteractionSerializer(serializers.Serializer[Any]):
    """One step of a conversation an agent had."""

    session = serializers.CharField()
    at = serializers.DateTimeField(allow_null=True)
    role = serializers.CharField()
    kind = serializers.CharField()
    text = serializers.CharField()
    error = serializers.CharField()


class HeartbeatSerializer(serializers.Serializer[Any]):
    """How an agent says it is; everything may be left out."""

    status = serializers.CharField(required=False, help_text="active, degraded, error or paused")
    latency_ms = serializers.IntegerField(required=False, min_value=0)
    requests = serializers.IntegerField(required=False, min_value=0)
    errors = serializers.IntegerField(required=False, min_value=0)  # type: ignore[assignment]
    message = serializers.CharField(required=False, max_length=2_000)
    sent_at = serializers.DateTimeField(required=False)


class IntroductionSerializer(serializers.Serializer[Any]):
    """An agent as it introduces itself; only its id is required."""

    id = serializers.CharField(max_length=200)
    name = serializers.CharField(max_length=200, required=False)
    model = serializers.CharField(max_length=200, required=False)
    type = serializers.ChoiceField(AgentType.choices, required=False)
    description = serializers.CharField(max_length=2_000, required=False)
    version = serializers.CharField(max_length=100, required=False)
    metadata = serializers.DictField(required=False)


class SignedHeartbeatSerializer(HeartbeatSerializer):
    """A heartbeat that says whose it is."""

    agent = IntroductionSerializer()


class AnswerSerializer(serializers.Serializer[Any]):
    """What ARM answers an agent that was heard: `paused` means that it is to stop working."""

    agent = serializers.UUIDField(source="pk")
    paused = serializers.BooleanField(source="is_paused")
    reason = serializers.CharField(source="paused_reason")
