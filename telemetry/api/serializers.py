"""JSON out, for telemetry."""

from datetime import timedelta
from typing import Any, ClassVar

from rest_framework import serializers

from telemetry.actions.receive_records import Received
from telemetry.identity import unsigned
from telemetry.models import Rejection, Run, Source, Span


class RunSerializer(serializers.ModelSerializer[Run]):
    """One run. `cost` is in US dollars by the price list; `duration_ms` is from first to last."""

    trace_id = serializers.CharField(source="trace_id.hex", read_only=True)
    agent = serializers.UUIDField(source="source.agent_id", read_only=True, allow_null=True)
    agent_name = serializers.CharField(source="source", read_only=True)
    conversation_id = serializers.CharField(source="conversation", read_only=True)
    user = serializers.CharField(source="end_user", read_only=True)
    duration_ms = serializers.SerializerMethodField()

    class Meta:
        model = Run
        fields: ClassVar = [
            "id",
            "trace_id",
            "name",
            "status",
            "agent",
            "agent_name",
            "source_id",
            "started_at",
            "ended_at",
            "duration_ms",
            "conversation_id",
            "user",
            "app",
            "environment",
            "model",
            "spans",
            "llm_calls",
            "tool_calls",
            "errors",
            "input_tokens",
            "output_tokens",
            "cached_tokens",
            "cache_write_tokens",
            "cost",
            "unpriced",
            "error_type",
            "error_message",
        ]
        read_only_fields: ClassVar = fields

    def get_duration_ms(self, run: Run) -> float:
        return run.duration / timedelta(microseconds=1) / 1_000


class StepSerializer(serializers.ModelSerializer[Span]):
    """One step; `span_id` and `parent_id` are 16 hex digits, `parent_id` empty at the top."""

    span_id = serializers.SerializerMethodField()
    parent_id = serializers.SerializerMethodField()
    duration_ms = serializers.SerializerMethodField()
    attributes = serializers.DictField(read_only=True)

    class Meta:
        model = Span
        fields: ClassVar = [
            "id",
            "span_id",
            "parent_id",
            "kind",
            "name",
            "status",
            "started_at",
            "duration_ms",
            "vendor",
            "model",
            "input_tokens",
            "output_tokens",
            "cached_tokens",
            "cache_write_tokens",
            "reasoning_tokens",
            "counted",
            "cost",
            "tool_name",
            "tool_call_id",
            "error_type",
            "error_message",
            "attributes",
        ]
        read_only_fields: ClassVar = fields

    def get_span_id(self, span: Span) -> str:
        return unsigned(span.span_id)

    def get_parent_id(self, span: Span) -> str:
        return "" if span.parent_id is None else unsigned(span.parent_id)

    def get_duration_ms(self, span: Span) -> float | None:
        return None if span.duration_us is None else span.duration_us / 1_000


class SourceSerializer(serializers.ModelSerializer[Source]):
    """A name under which something reports, and the agent that it is, once that is known."""

    class Meta:
        model = Source
        fields: ClassVar = [
            "id",
            "agent",
            "agent_name",
            "vendor_agent_id",
            "agent_version",
            "service",
            "environment",
            "vendor",
            "dialect",
            "created_at",
            "last_seen_at",
        ]
        read_only_fields: ClassVar = fields


class RejectionSerializer(serializers.ModelSerializer[Rejection]):
    """How many items of one hour could not be kept for one reason."""

    class Meta:
        model = Rejection
        fields: ClassVar = ["id", "door", "reason", "example", "hour", "items", "last_at"]
        read_only_fields: ClassVar = fields


class EventSerializer(serializers.Serializer[Any]):
    """One event; see /api/v1/telemetry/events/schema for both shapes it may have."""

    event_id = serializers.CharField(help_text="Sent again, an event changes nothing.")
    event_type = serializers.CharField()
    timestamp = serializers.DateTimeField()
    instance_id = serializers.CharField(required=False)
    tenant_id = serializers.UUIDField(required=False)
    payload = serializers.DictField(required=False)


class EventsSerializer(serializers.Serializer[Any]):
    events = EventSerializer(many=True)


class RejectedSerializer(serializers.Serializer[Any]):
    """An item that was not kept: its place in the request, its id, and why."""

    index = serializers.IntegerField()
    event_id = serializers.CharField(source="span_id")
    reason = serializers.CharField()


class ReceivedSerializer(serializers.Serializer[Any]):
    """`accepted` events are stored now, `duplicates` were before, `rejected` never will be."""

    accepted = serializers.IntegerField(source="kept")
    duplicates = serializers.IntegerField(source="known")
    rejected = RejectedSerializer(many=True)


def received_data(received: Received) -> dict[str, Any]:
    """Return what became of a batch, in the shape of `ReceivedSerializer`."""
    return {
        "accepted": received.kept,
        "duplicates": received.known,
        "rejected": [
            {"index": each.index, "event_id": each.span_id, "reason": each.reason}
            for each in received.rejected
        ],
    }
