"""The four stores at the API's door."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.scoping.api import ScopedRelatedField, ScopedViewSet
from agents.models import Agent
from armproject.lib.rest.strict import StrictFields
from memory.access import reach_of_call
from memory.actions.forget import forget
from memory.actions.read_memories import Opened, read_memories
from memory.actions.remember_many import Kept
from memory.actions.write_associative import write_associative
from memory.actions.write_core import write_core
from memory.actions.write_episodic import write_episodic
from memory.actions.write_proactive import write_proactive
from memory.entries import LONGEST_CONTENT, LONGEST_LINE
from memory.models import Memory, OwnerType, Store
from memory.owners import Owner

MOST_ENTITIES = 50


class StoredSerializer(serializers.ModelSerializer[Memory]):
    """What every store tells of a memory."""

    said = "content"  # the name under which the store tells what a memory says
    facts: ClassVar[dict[str, Any]] = {}  # what it tells of the metadata, and else

    def to_representation(self, opened: Opened) -> dict[str, Any]:  # type: ignore[override]
        row = opened.memory
        shared = {name: getattr(row, name) for name in SHARED}
        facts = {name: row.metadata.get(name, default) for name, default in self.facts.items()}
        own = {name: getattr(row, name) for name in self.Meta.fields if name in OWN}
        return {**shared, **own, self.said: opened.content, **facts}


OWN = ("key", "label", "metadata")
SHARED: list[str] = [
    "id",
    "owner_type",
    "owner_id",
    "confidence",
    "is_trusted",
    "state",
    "source_type",
    "source_id",
    "created_at",
    "updated_at",
]


class CoreSerializer(StoredSerializer):
    """A value under its key."""

    said = "value"
    value = serializers.CharField(allow_null=True)

    class Meta:
        model = Memory
        fields: ClassVar = [*SHARED, "key", "value"]
        read_only_fields: ClassVar = fields


class AssociativeSerializer(StoredSerializer):
    """Something about an entity."""

    facts: ClassVar = {"entity_type": "", "entity_id": ""}
    content = serializers.CharField(allow_null=True)
    entity_type = serializers.CharField()
    entity_id = serializers.CharField()

    class Meta:
        model = Memory
        fields: ClassVar = [*SHARED, "label", "entity_type", "entity_id", "content", "metadata"]
        read_only_fields: ClassVar = fields


class EpisodicSerializer(StoredSerializer):
    """The summary of a session."""

    said = "summary"
    facts: ClassVar = {"session_id": "", "key_entities": []}
    summary = serializers.CharField(allow_null=True)
    session_id = serializers.CharField()
    key_entities = serializers.ListField(child=serializers.CharField())

    class Meta:
        model = Memory
        fields: ClassVar = [*SHARED, "session_id", "summary", "key_entities", "metadata"]
        read_only_fields: ClassVar = fields


class ProactiveSerializer(StoredSerializer):
    """What keeps coming back."""

    said = "description"
    facts: ClassVar = {"pattern_type": "", "last_detected_at": None}
    description = serializers.CharField(allow_null=True)
    pattern_type = serializers.CharField()
    last_detected_at = serializers.DateTimeField(allow_null=True)

    class Meta:
        model = Memory
        fields: ClassVar = [*SHARED, "pattern_type", "description", "last_detected_at", "metadata"]
        read_only_fields: ClassVar = fields


class NewStoredSerializer(StrictFields):
    """Whose it is, and how sure; without an owner it belongs to the organization."""

    owner_type = serializers.ChoiceField(choices=OwnerType.choices, default="organization")
    owner_id = serializers.CharField(max_length=LONGEST_LINE, default="", allow_blank=True)
    agent = ScopedRelatedField(queryset=Agent.objects.all(), default=None, allow_null=True)
    confidence = serializers.FloatField(min_value=0, max_value=1, default=None, allow_null=True)
    source_id = serializers.CharField(max_length=LONGEST_LINE, default="", allow_blank=True)


class NewCoreSerializer(NewStoredSerializer):
    """A value under a key of its owner; the same key again changes it."""

    key = serializers.CharField(max_length=LONGEST_LINE)
    value = serializers.CharField(max_length=LONGEST_CONTENT, trim_whitespace=False)


class NewAssociativeSerializer(NewStoredSerializer):
    """Something about an entity; without `content` the label says it."""

    label = serializers.CharField(max_length=LONGEST_LINE)  # type: ignore[assignment]
    content = serializers.CharField(max_length=LONGEST_CONTENT, default="", allow_blank=True)
    entity_type = serializers.CharField(max_length=LONGEST_LINE, default="", allow_blank=True)
    entity_id = serializers.CharField(max_length=LONGEST_LINE, default="", allow_blank=True)
    metadata = serializers.DictField(default=dict)


class NewEpisodicSerializer(NewStoredSerializer):
    """The summary of a session."""

    session_id = serializers.CharField(max_length=LONGEST_LINE)
    summary = serializers.CharField(max_length=LONGEST_CONTENT)
    key_entities = serializers.ListField(
        child=serializers.CharField(max_length=LONGEST_LINE), default=list, max_length=MOST_ENTITIES
    )
    metadata = serializers.DictField(default=dict)


class NewProactiveSerializer(NewStoredSerializer):
    """What keeps coming back; the same type and description again bring it up to date."""

    pattern_type = serializers.CharField(max_length=LONGEST_LINE)
    description = serializers.CharField(max_length=LONGEST_CONTENT)
    last_detected_at = serializers.DateTimeField(default=None, allow_null=True)
    metadata = serializers.DictField(default=dict)


class StoreViewSet(mixins.ListModelMixin, ScopedViewSet):
    """One of the stores: what is within the caller's reach and may be found now."""

    store = ""
    permissions: ClassVar = {
        "list": "memories.read",
        "create": "memories.write",
        "destroy": "memories.write",
    }
    queryset = Memory.objects.all()
    filterset_fields: ClassVar = ["owner_type", "owner_id", "agent", "source_id"]
    ordering_fields: ClassVar = ["created_at", "updated_at"]
    ordering: ClassVar = ["-created_at"]

    def get_queryset(self) -> "QuerySet[Memory]":
        if getattr(self, "swagger_fake_view", False):
            return Memory.objects.none()
        return reach_of_call().rows().present().filter(store=self.store)

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List what the store holds, the newest first; reading it is recorded."""
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset())) or []
        opened = read_memories(page, how="list")
        return self.get_paginated_response(self.get_serializer(opened, many=True).data)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        """Forget a memory of the store: it can be restored for 30 days."""
        forget(self.get_object())
        return Response(status=status.HTTP_204_NO_CONTENT)

    def kept(self, kept: Kept) -> Response:
        """Answer with what is kept: 201 where it is new."""
        (opened,) = read_memories([kept.memory])
        code = status.HTTP_201_CREATED if kept.is_new else status.HTTP_200_OK
        return Response(self.get_serializer(opened).data, status=code)


def _read(kind: type[NewStoredSerializer], request: Request) -> tuple[Owner, dict[str, Any]]:
    incoming = kind(data=request.data)
    incoming.is_valid(raise_exception=True)
    said = incoming.validated_data
    return Owner(said.pop("owner_type"), said.pop("owner_id")), said


class CoreViewSet(StoreViewSet):
    """Core memory: values under keys, which every call is given."""

    store = Store.CORE
    serializer_class = CoreSerializer
    filterset_fields: ClassVar = [*StoreViewSet.filterset_fields, "key"]

    @extend_schema(request=NewCoreSerializer, responses={201: CoreSerializer, 200: CoreSerializer})
    def create(self, request: Request) -> Response:
        """Keep a value under a key; a taken key is changed and its former value stays a version."""
        owner, said = _read(NewCoreSerializer, request)
        return self.kept(write_core(owner, said.pop("key"), said.pop("value"), **said))


class AssociativeViewSet(StoreViewSet):
    """Associative memory: what is found by likeness."""

    store = Store.ASSOCIATIVE
    serializer_class = AssociativeSerializer

    @extend_schema(
        request=NewAssociativeSerializer,
        responses={201: AssociativeSerializer, 200: AssociativeSerializer},
    )
    def create(self, request: Request) -> Response:
        """Keep something about an entity."""
        owner, said = _read(NewAssociativeSerializer, request)
        return self.kept(write_associative(owner, **said))


class EpisodicViewSet(StoreViewSet):
    """Episodic memory: summaries of sessions."""

    store = Store.EPISODIC
    serializer_class = EpisodicSerializer

    @extend_schema(
        request=NewEpisodicSerializer, responses={201: EpisodicSerializer, 200: EpisodicSerializer}
    )
    def create(self, request: Request) -> Response:
        """Keep the summary of a session."""
        owner, said = _read(NewEpisodicSerializer, request)
        return self.kept(write_episodic(owner, **said))


class ProactiveViewSet(StoreViewSet):
    """Proactive memory: patterns that keep coming back."""

    store = Store.PROACTIVE
    serializer_class = ProactiveSerializer

    @extend_schema(
        request=NewProactiveSerializer,
        responses={201: ProactiveSerializer, 200: ProactiveSerializer},
    )
    def create(self, request: Request) -> Response:
        """Keep a pattern; one that is known is brought up to date."""
        owner, said = _read(NewProactiveSerializer, request)
        return self.kept(write_proactive(owner, **said))
