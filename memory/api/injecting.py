"""Memories and preferences put into agents, and taken out, at the API's door."""

from typing import Any, ClassVar
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.fence import fenced
from accounts.scoping.api import ScopedRelatedField, ScopedViewSet, own_transactions
from agents.models import Agent
from armproject.lib.rest.schema import ALSO
from armproject.lib.rest.strict import StrictFields
from memory.actions.inject import inject
from memory.actions.preview_injection import preview_injection
from memory.actions.take_out import take_out
from memory.models import Injection, Memory

VENDOR = {ALSO: ["409"]}
EXPECTED = (
    "The mark of the instructions as you saw them, from a preview: when somebody changed them"
    " since, nothing is written over and the answer is 409."
)


class PreferencesInSerializer(StrictFields):
    """Whose preferences, beside those of the whole organization."""

    user = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")
    expected = serializers.RegexField(r"\A[0-9a-f]{64}\Z", required=False, help_text=EXPECTED)


class InjectSerializer(PreferencesInSerializer):
    """Which memories go into which agent, and whether confirmed preferences go, too."""

    agent = ScopedRelatedField(queryset=Agent.objects.all())
    memories = ScopedRelatedField(
        queryset=Memory.objects.all(), many=True, required=False, default=list
    )
    with_preferences = serializers.BooleanField(default=False)


class InjectionPreviewSerializer(serializers.Serializer[Any]):
    """An agent's instructions as they read now, and as they would."""

    before = serializers.CharField()
    after = serializers.CharField()
    expected = serializers.CharField(help_text="Send it along when you put this in.")
    warnings = serializers.ListField(child=serializers.CharField(), source="block.warnings")


class InjectionSerializer(serializers.ModelSerializer[Injection]):
    """What stands, or stood, in an agent; `taken_out_at` is null while it stands."""

    memories = serializers.ListField(child=serializers.CharField(), source="memory_ids")

    class Meta:
        model = Injection
        fields: ClassVar = [
            "id",
            "agent",
            "place",
            "memories",
            "preferences",
            "user",
            "characters",
            "put_by",
            "created_at",
            "taken_out_at",
            "taken_out_by",
        ]
        read_only_fields = fields


class TakenOutSerializer(serializers.Serializer[Any]):
    """Where it was taken out, and whether the instructions read exactly as before it came."""

    place = serializers.CharField()
    is_as_before = serializers.BooleanField()


class InjectionViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, ScopedViewSet):
    """What memories stand, or stood, in which agents."""

    permissions: ClassVar = {
        "list": "agents.inject",
        "retrieve": "agents.inject",
        "put_in": "agents.inject",
        "preview": "agents.inject",
        "prefer": "agents.inject",
        "take_out": "agents.inject",
    }
    queryset: QuerySet[Injection] = Injection.objects.all()
    serializer_class = InjectionSerializer
    filterset_fields: ClassVar = ["agent"]

    @extend_schema(
        request=InjectSerializer, responses={201: InjectionSerializer}, extensions=VENDOR
    )
    @own_transactions
    def put_in(self, request: Request) -> Response:
        """Put memories into an agent's instructions, fenced as data, in place of those before."""
        return self._put(**_read(InjectSerializer, request))

    @extend_schema(
        request=InjectSerializer, responses=InjectionPreviewSerializer, extensions=VENDOR
    )
    @own_transactions
    def preview(self, request: Request) -> Response:
        """Say how the agent's instructions would read; nothing is changed."""
        asked = _read(InjectSerializer, request)
        asked.pop("expected", None)
        return Response(InjectionPreviewSerializer(preview_injection(**asked)).data)

    @extend_schema(
        request=PreferencesInSerializer, responses={201: InjectionSerializer}, extensions=VENDOR
    )
    @own_transactions
    def prefer(self, request: Request, agent_id: UUID) -> Response:
        """Put confirmed preferences into an agent; memories that stand in it stay there."""
        asked = _read(PreferencesInSerializer, request)
        with fenced():
            agent = get_object_or_404(Agent.objects.all(), pk=agent_id)
            standing = Injection.objects.standing().filter(agent=agent).first()
            rows = Memory.objects.present().filter(is_trusted=True, is_locked=False)
            memories = list(rows.filter(pk__in=standing.memory_ids if standing else []))
        return self._put(agent=agent, memories=memories, with_preferences=True, **asked)

    @extend_schema(request=None, responses=TakenOutSerializer, extensions=VENDOR)
    @action(detail=True, methods=["post"], url_path="take-out", filter_backends=[])
    @own_transactions
    def take_out(self, request: Request, pk: str) -> Response:
        """Take the block out of the agent; what people wrote around it stays, to the byte."""
        with fenced():
            agent = self.get_object().agent
        return Response(TakenOutSerializer(take_out(agent)).data)

    def _put(self, **asked: Any) -> Response:
        row = inject(**asked)
        with fenced():
            shown = self.get_serializer(row).data
        return Response(shown, status=status.HTTP_201_CREATED)


def _read(kind: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    with fenced():
        incoming = kind(data=request.data)
        incoming.is_valid(raise_exception=True)
        return dict(incoming.validated_data)
