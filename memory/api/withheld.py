"""Memories that were withheld, at the API's door."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.scoping.api import ScopedViewSet
from armproject.lib.errors import NotFound
from armproject.lib.rest.schema import ALSO
from armproject.lib.rest.strict import StrictFields
from memory.access import reach_of_call
from memory.actions.read_memories import read_memories
from memory.actions.review_memories import MOST, review_memories
from memory.models import Memory, MemoryQuerySet, MemoryState


class WithheldSerializer(serializers.ModelSerializer[Memory]):
    """A memory that waits for somebody to look at it, and why it was withheld."""

    content = serializers.SerializerMethodField()
    reason = serializers.CharField(source="state_reason")

    class Meta:
        model = Memory
        fields: ClassVar = [
            "id",
            "owner_type",
            "owner_id",
            "agent",
            "kind",
            "store",
            "key",
            "label",
            "content",
            "metadata",
            "reason",
            "source_type",
            "source_id",
            "created_by",
            "created_at",
        ]
        read_only_fields: ClassVar = fields

    def get_content(self, memory: Memory) -> str | None:
        told: dict[Any, str | None] = self.context.get("contents", {})
        return told.get(memory.pk)


class DecidingSerializer(StrictFields):
    """Which withheld memories are decided, and why."""

    ids = serializers.ListField(child=serializers.UUIDField(), allow_empty=False, max_length=MOST)
    reason = serializers.CharField(max_length=500, default="", allow_blank=True)


class DecidedSerializer(serializers.Serializer[Any]):
    """Which were decided now; others were decided by somebody else meanwhile."""

    ids = serializers.ListField(child=serializers.UUIDField())


class WithheldViewSet(ScopedViewSet):
    """What reads like an instruction, or was brought as one, waits here until it is decided."""

    permissions: ClassVar = {
        "list": "memories.review",
        "approve": "memories.review",
        "discard": "memories.review",
    }
    queryset = Memory.objects.all()
    serializer_class = WithheldSerializer
    filterset_fields: ClassVar = ["owner_type", "owner_id", "agent", "kind", "source_type"]
    ordering: ClassVar = ["-created_at"]

    def get_queryset(self) -> MemoryQuerySet:
        rows: MemoryQuerySet = reach_of_call().rows().filter(state=MemoryState.WITHHELD)
        return rows

    def list(self, request: Request) -> Response:
        """List what waits, the newest first, with what it says."""
        rows: Any = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        contents = {each.memory.pk: each.content for each in read_memories(rows, how="review")}
        data = WithheldSerializer(rows, many=True, context={"contents": contents}).data
        return self.get_paginated_response(data)

    @extend_schema(
        request=DecidingSerializer, responses=DecidedSerializer, extensions={ALSO: ["404"]}
    )
    @action(detail=False, methods=["post"], pagination_class=None, filterset_fields=[])
    def approve(self, request: Request) -> Response:
        """Approve them: they are found from now on, and you vouch for them."""
        return self._decided(request, approve=True)

    @extend_schema(
        request=DecidingSerializer, responses=DecidedSerializer, extensions={ALSO: ["404"]}
    )
    @action(detail=False, methods=["post"], pagination_class=None, filterset_fields=[])
    def discard(self, request: Request) -> Response:
        """Discard them: they are forgotten, and erased after 30 days."""
        return self._decided(request, approve=False)

    def _decided(self, request: Request, *, approve: bool) -> Response:
        incoming = DecidingSerializer(data=request.data)
        incoming.is_valid(raise_exception=True)
        told = incoming.validated_data
        rows = list(reach_of_call().rows().filter(pk__in=told["ids"]))
        if len(rows) != len(set(told["ids"])):
            raise NotFound("Some of these memories are not there.")
        done = review_memories(rows, approve=approve, reason=told["reason"])
        return Response({"ids": [row.pk for row in done]})
