"""Memories under a passphrase, at the API's door.

The passphrase comes with each request that needs it, in the header X-Memory-Passphrase, and is
kept nowhere.
"""

from typing import Any, ClassVar

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.scoping.api import ScopedRelatedField, ScopedViewSet
from agents.models import Agent
from armproject.lib.rest.strict import StrictFields
from armproject.lib.secret import Secret
from memory.access import reach_of_call
from memory.actions.lock_memory import lock_memory
from memory.actions.open_memory import open_memory
from memory.actions.remember_locked import remember_locked
from memory.actions.remember_many import by_hand
from memory.actions.unlock_memory import unlock_memory
from memory.entries import LONGEST_CONTENT, Draft
from memory.models import Horizon, Kind, Memory, MemoryQuerySet, OwnerType, Store, Visibility
from memory.owners import Owner
from memory.passphrases import clean_passphrase

LINE = 200
LONGEST_VECTOR = 4_000
HEADER = "X-Memory-Passphrase"
SENT = [OpenApiParameter(HEADER, str, OpenApiParameter.HEADER, required=True)]


class NewLockedSerializer(StrictFields):
    """Something to remember under a passphrase; label, key and metadata stay readable."""

    content = serializers.CharField(max_length=LONGEST_CONTENT, trim_whitespace=False)
    owner_type = serializers.ChoiceField(choices=OwnerType.choices, default="organization")
    owner_id = serializers.CharField(max_length=LINE, default="", allow_blank=True)
    agent = ScopedRelatedField(queryset=Agent.objects.all(), default=None, allow_null=True)
    horizon = serializers.ChoiceField(choices=Horizon.choices, default="long_term")
    kind = serializers.ChoiceField(choices=Kind.choices, default="fact")
    store = serializers.ChoiceField(choices=Store.choices, default="associative")
    key = serializers.CharField(max_length=LINE, default="", allow_blank=True)
    label = serializers.CharField(max_length=LINE, default="", allow_blank=True)  # type: ignore[assignment]
    metadata = serializers.DictField(default=dict)
    visibility = serializers.ChoiceField(choices=Visibility.choices, default="private")
    vector = serializers.ListField(
        child=serializers.FloatField(),
        default=None,
        allow_null=True,
        max_length=LONGEST_VECTOR,
        help_text="What you made of the content with the organization's model, to find it by.",
    )


class LockedSerializer(serializers.Serializer[Any]):
    """A memory, and whether it is locked."""

    id = serializers.UUIDField()
    is_locked = serializers.BooleanField()
    state = serializers.CharField()


class OpenedSerializer(serializers.Serializer[Any]):
    """What a locked memory says."""

    id = serializers.UUIDField()
    content = serializers.CharField()


class LockedViewSet(ScopedViewSet):
    """Memories that only a passphrase opens."""

    permissions: ClassVar = {
        "create": "memories.write",
        "lock": "memories.write",
        "unlock": "memories.write",
        "open": "memories.read",
    }
    queryset = Memory.objects.all()
    serializer_class = LockedSerializer

    def get_queryset(self) -> MemoryQuerySet:
        return reach_of_call().rows()

    @extend_schema(parameters=SENT, request=NewLockedSerializer, responses={201: LockedSerializer})
    def create(self, request: Request) -> Response:
        """Remember something under a passphrase; lost, nobody reads it any more."""
        incoming = NewLockedSerializer(data=request.data)
        incoming.is_valid(raise_exception=True)
        told = incoming.validated_data
        vector, owner = told.pop("vector"), Owner(told.pop("owner_type"), told.pop("owner_id"))
        draft = by_hand(Draft(owner=owner, **told))
        memory = remember_locked(draft, _passphrase(request), vector=vector)
        return Response(LockedSerializer(memory).data, status=status.HTTP_201_CREATED)

    @extend_schema(parameters=SENT, request=None, responses=LockedSerializer)
    @action(detail=True, methods=["post"])
    def lock(self, request: Request, pk: str) -> Response:
        """Put a memory under a passphrase; its versions, words and vectors are erased."""
        return Response(LockedSerializer(lock_memory(self.get_object(), _passphrase(request))).data)

    @extend_schema(parameters=SENT, request=None, responses=LockedSerializer)
    @action(detail=True, methods=["post"])
    def unlock(self, request: Request, pk: str) -> Response:
        """Take the passphrase off, so that the memory is found by what it says."""
        return Response(
            LockedSerializer(unlock_memory(self.get_object(), _passphrase(request))).data
        )

    @extend_schema(parameters=SENT, request=None, responses=OpenedSerializer)
    @action(detail=True, methods=["post"])
    def open(self, request: Request, pk: str) -> Response:
        """Read a locked memory; it stays locked. Wrong passphrases are counted."""
        memory = self.get_object()
        text = open_memory(memory, _passphrase(request))
        return Response({"id": memory.pk, "content": text})


def _passphrase(request: Request) -> Secret:
    return clean_passphrase(request.headers.get(HEADER, ""))
