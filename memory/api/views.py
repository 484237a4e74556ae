"""Keeping, reading, changing and forgetting memories, at the API's door."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import timedelta
from typing import Any, ClassVar, cast

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.scoping.api import ScopedViewSet
from armproject.lib.errors import NotFound
from armproject.lib.rest.schema import ALSO, JSON
from memory.access import reach_of_call
from memory.actions.clean_up import clean_up
from memory.actions.erase_memories import erase_memories
from memory.actions.forget_many import forget_many
from memory.actions.read_memories import Opened, read_memories
from memory.actions.read_story import read_story
from memory.actions.remember_many import by_hand, remember_many
from memory.actions.restore_memory import restore_memory
from memory.actions.update_memory import update_memory
from memory.api import serializers
from memory.entries import Draft
from memory.filters import MemoryFilter
from memory.models import Memory, MemoryState
from memory.owners import Owner
from memory.reports import usage

MEMORY = serializers.MemorySerializer


class MemoryViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, ScopedViewSet):
    """What agents know: memories within the caller's reach.

    Those are the caller's own, those of the organization and what is shared with it; with the
    permission memories.read_private everybody's. Reading what they say is recorded.
    """

    permissions: ClassVar = {
        "list": "memories.read",
        "retrieve": "memories.read",
        "story": "memories.read",
        "usage": "memories.read",
        "create": "memories.write",
        "batch": "memories.write",
        "partial_update": "memories.write",
        "destroy": "memories.write",
        "forget": "memories.write",
        "restore": "memories.write",
        "clean_up": "memories.manage",
    }
    queryset = Memory.objects.all()
    serializer_class = serializers.MemorySerializer
    filterset_class = MemoryFilter
    ordering_fields: ClassVar = ["created_at", "updated_at"]
    ordering: ClassVar = ["-created_at"]

    def get_queryset(self) -> "QuerySet[Memory]":
        if getattr(self, "swagger_fake_view", False):
            return Memory.objects.none()
        return reach_of_call().rows()

    def filter_queryset(self, queryset: Any) -> Any:
        """Narrow lists; one memory is found by its id in whatever state it is."""
        return queryset if "pk" in self.kwargs else super().filter_queryset(queryset)

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List memories, the newest first, with what they say."""
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(_shown(read_memories(page or [], how="list")))

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Return one memory, also one that is withheld or forgotten."""
        return Response(_shown(read_memories([self.get_object()]))[0])

    @extend_schema(request=serializers.NewMemorySerializer, responses={201: MEMORY, 200: MEMORY})
    def create(self, request: Request) -> Response:
        """Remember something; what its owner knows already is answered with 200."""
        (kept,) = remember_many([_draft(_read(serializers.NewMemorySerializer, request))])
        code = status.HTTP_201_CREATED if kept.is_new else status.HTTP_200_OK
        return Response(_written([kept.memory])[0], status=code)

    @extend_schema(request=serializers.NewMemoriesSerializer, responses={201: MEMORY(many=True)})
    @action(detail=False, methods=["post"], pagination_class=None, filterset_class=None)
    def batch(self, request: Request) -> Response:
        """Remember up to 1,000 things at once, all or none; they are answered in their order."""
        told = _read(serializers.NewMemoriesSerializer, request)["memories"]
        kept = remember_many([_draft(each) for each in told])
        data = _written([each.memory for each in kept])
        return Response(data, status=status.HTTP_201_CREATED)

    @extend_schema(
        request=serializers.ChangedMemorySerializer, responses=MEMORY, extensions={ALSO: ["409"]}
    )
    def partial_update(self, request: Request, pk: str) -> Response:
        """Change a memory; how it was stays as a version, and it is found by its new words."""
        said = _read(serializers.ChangedMemorySerializer, request)
        return Response(_written([update_memory(self.get_object(), **said)])[0])

    @extend_schema(
        request={JSON: serializers.ForgettingSerializer},
        responses={200: serializers.ForgottenSerializer},
    )
    def destroy(self, request: Request, pk: str) -> Response:
        """Forget a memory, so that it can be restored for 30 days, or erase it for good."""
        said = _read(serializers.ForgettingSerializer, request)
        return Response(_gone([self.get_object()], **said))

    @extend_schema(
        request=serializers.ForgettingManySerializer,
        responses=serializers.ForgottenSerializer,
        extensions={ALSO: ["404"]},
    )
    @action(detail=False, methods=["post"], pagination_class=None, filterset_class=None)
    def forget(self, request: Request) -> Response:
        """Forget or erase up to 1,000 memories by their ids, all or none."""
        said = _read(serializers.ForgettingManySerializer, request)
        ids = set(said.pop("ids"))
        rows = list(self.get_queryset().filter(pk__in=ids))
        if len(rows) < len(ids):
            missing = ids - {row.pk for row in rows}
            raise NotFound("Not all of these are there.", ids=sorted(map(str, missing)))
        return Response(_gone(rows, **said))

    @extend_schema(
        request={JSON: serializers.RestoringSerializer},
        responses=MEMORY,
        extensions={ALSO: ["409"]},
    )
    @action(detail=True, methods=["post"])
    def restore(self, request: Request, pk: str) -> Response:
        """Bring back a memory that was forgotten less than 30 days ago."""
        said = _read(serializers.RestoringSerializer, request)
        return Response(_written([restore_memory(self.get_object(), **said)])[0])

    @extend_schema(responses=serializers.StorySerializer)
    @action(detail=True, pagination_class=None, filterset_class=None)
    def story(self, request: Request, pk: str) -> Response:
        """Tell everything about a memory: former versions, what it came from, its uses."""
        story = read_story(self.get_object())
        opened = story.opened
        contents = {opened.memory.pk: opened.content}
        contents |= {each.row.pk: each.content for each in story.versions}
        told = {
            "memory": opened.memory,
            "origins": story.origins,
            "derived": story.derived,
            "versions": [each.row for each in story.versions],
            "uses": story.uses,
        }
        serializer = serializers.StorySerializer(told, context={"contents": contents})
        return Response(serializer.data)

    @extend_schema(responses=serializers.MemoryUsageSerializer)
    @action(detail=False, pagination_class=None, filterset_class=None)
    def usage(self, request: Request) -> Response:
        """Count what is kept within reach, and how it is used."""
        return Response(usage(reach_of_call().rows()))

    @extend_schema(request=serializers.CleaningSerializer, responses=serializers.CleanedSerializer)
    @action(
        detail=False,
        methods=["post"],
        url_path="clean-up",
        pagination_class=None,
        filterset_class=None,
    )
    def clean_up(self, request: Request) -> Response:
        """Count, or forget, memories that are old and of no use."""
        return Response(asdict(clean_up(**_read(serializers.CleaningSerializer, request))))


def _draft(told: dict[str, Any]) -> Draft:
    """Return what a request says as something to remember."""
    said = dict(told)
    owner = Owner(said.pop("owner_type"), said.pop("owner_id"))
    if (seconds := said.pop("ttl_seconds")) is not None:
        said["expires_at"] = timezone.now() + timedelta(seconds=seconds)
    return by_hand(Draft(owner=owner, parents=tuple(said.pop("parents")), **said))


def _gone(
    rows: Sequence[Memory], *, erase: bool, with_derived: bool, reason: str
) -> dict[str, Any]:
    if erase:
        erased = asdict(erase_memories(rows, with_derived=with_derived, reason=reason))
        return {"forgotten": len(rows), "erased": erased}
    return {"forgotten": len(forget_many(rows, reason=reason)), "erased": None}


def _shown(opened: Sequence[Opened]) -> list[dict[str, Any]]:
    contents = {each.memory.pk: each.content for each in opened}
    rows = [each.memory for each in opened]
    return cast(
        "list[dict[str, Any]]", MEMORY(rows, many=True, context={"contents": contents}).data
    )


def _written(rows: Sequence[Memory]) -> list[dict[str, Any]]:
    """Return what was just written; who wrote it has read it."""
    rows = [row for row in rows if row.state != MemoryState.FORGOTTEN]
    return _shown([Opened(row, None if row.is_locked else row.content) for row in rows])


def _read(serializer: Any, request: Request) -> dict[str, Any]:
    incoming = serializer(data=request.data)
    incoming.is_valid(raise_exception=True)
    said: dict[str, Any] = dict(incoming.validated_data)
    return said
