"""What was said in a run, at the API's door."""

from dataclasses import asdict
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.scoping.api import ScopedViewSet
from armproject.lib.rest.pagination import ReckonedPages
from armproject.lib.rest.schema import PAGED
from telemetry.actions.read_conversation import read_conversation
from telemetry.actions.read_messages import read_messages
from telemetry.actions.take_trail import take_trail
from telemetry.identity import unsigned


class SpanIdField(serializers.CharField):
    """A span's id as OpenTelemetry writes it: 16 hex digits."""

    def to_representation(self, value: Any) -> str:
        return unsigned(value)


class MessageSerializer(serializers.Serializer[Any]):
    """One message; `parts` are as OpenTelemetry's GenAI conventions name them.

    `span_id` is the step that said it (`is_answer`), or the first that heard it.
    """

    id = serializers.UUIDField()
    at = serializers.DateTimeField()
    role = serializers.CharField()
    parts = serializers.ListField(child=serializers.DictField())
    span_id = SpanIdField()
    is_answer = serializers.BooleanField()
    is_cut = serializers.BooleanField(help_text="Something of it was longer than is kept.")


class ToolCallSerializer(serializers.Serializer[Any]):
    """One call of a tool; `span_id` is null where no step tells of it."""

    tool_call_id = serializers.CharField(source="call_id")
    name = serializers.CharField()
    at = serializers.DateTimeField()
    arguments = serializers.JSONField(allow_null=True)
    result = serializers.JSONField(allow_null=True)
    status = serializers.CharField()
    error = serializers.CharField()
    span_id = SpanIdField(allow_null=True)
    duration_ms = serializers.SerializerMethodField()

    def get_duration_ms(self, call: Any) -> float | None:
        return None if call.took_us is None else call.took_us / 1_000


class KeptSerializer(serializers.Serializer[Any]):
    """How much of the run's content there is.

    `modes` are those under which something was kept, `redacted` counts what was taken out of it,
    and `left_out` the calls of models and tools of whose content nothing is kept.
    """

    modes = serializers.ListField(child=serializers.CharField())
    redacted = serializers.DictField(child=serializers.IntegerField())
    left_out = serializers.IntegerField()
    is_cut = serializers.BooleanField()


class MessagesSerializer(KeptSerializer):
    """A page of messages; the rest is said of the run as a whole."""

    messages = MessageSerializer(many=True)


class ToolCallsSerializer(KeptSerializer):
    tool_calls = ToolCallSerializer(many=True)


class TrailSerializer(serializers.Serializer[Any]):
    """Everything about one request; what the caller may not see is null, and `withheld` names it.

    `is_cut` says that there are more steps than the 5,000 told here.
    """

    run = serializers.DictField()
    spans = serializers.ListField(child=serializers.DictField())
    content = serializers.DictField(allow_null=True)
    feedback = serializers.ListField(child=serializers.DictField())
    costs = serializers.ListField(child=serializers.DictField())
    audit_events = serializers.ListField(child=serializers.DictField(), allow_null=True)
    alerts = serializers.ListField(child=serializers.DictField(), allow_null=True)
    withheld = serializers.ListField(child=serializers.CharField())
    is_cut = serializers.BooleanField()


class RunContents(ScopedViewSet):
    """Reading what was said in one run; each reading is noted in the audit log."""

    @extend_schema(responses=MessagesSerializer, extensions={PAGED: True})
    @action(detail=True, filterset_class=None, pagination_class=ReckonedPages)
    def messages(self, request: Request, pk: str) -> Response:
        """Tell what was said in time, each message once, however often models were sent it."""
        choose: Any = self.paginate_queryset
        page = read_messages(self.get_object(), choose)
        told = MessagesSerializer({**asdict(page.kept), "messages": page.messages}).data
        return self.get_paginated_response(told)

    @extend_schema(responses=ToolCallsSerializer)
    @action(detail=True, url_path="tool-calls", filterset_class=None, pagination_class=None)
    def tool_calls(self, request: Request, pk: str) -> Response:
        """Tell which tools were called, with what, and what came of it."""
        return Response(ToolCallsSerializer(read_conversation(self.get_object())).data)

    @extend_schema(responses=TrailSerializer)
    @action(detail=True, filterset_class=None, pagination_class=None)
    def trail(self, request: Request, pk: str) -> Response:
        """Tell everything about one request at once, as far as the caller may see it."""
        return Response(take_trail(self.get_object()))
