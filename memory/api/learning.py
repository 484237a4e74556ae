"""How an organization learns, what was looked through, and learning itself, at the API's door."""

from typing import Any, ClassVar

from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import mixins, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.scoping.api import ScopedRelatedField, ScopedViewSet
from agents.models import Agent
from armproject.lib.rest.strict import StrictFields
from memory.actions.drop_learning import drop_learning
from memory.actions.set_learning import MOST_CALLS, MOST_DOLLARS, MOST_TOKENS, set_learning
from memory.models import Extraction, LearningDay, LearningSetting


class LearningDaySerializer(serializers.ModelSerializer[LearningDay]):
    """What the model was used for today (UTC); `cost` is in US dollars."""

    class Meta:
        model = LearningDay
        fields: ClassVar = [
            "day",
            "calls",
            "failed",
            "input_tokens",
            "output_tokens",
            "cost",
            "unpriced",
        ]
        read_only_fields: ClassVar = fields


class LearningSettingSerializer(serializers.ModelSerializer[LearningSetting]):
    """How learning goes; `agent` is null in the organization's setting. The key is not shown."""

    has_key = serializers.BooleanField(source="key_hint")
    today = serializers.SerializerMethodField()

    class Meta:
        model = LearningSetting
        fields: ClassVar = [
            "id",
            "agent",
            "base_url",
            "model",
            "has_key",
            "daily_calls",
            "daily_cost",
            "enriches",
            "enrich_tokens",
            "extracts",
            "today",
            "changed_at",
        ]
        read_only_fields: ClassVar = fields

    @extend_schema_field(LearningDaySerializer(allow_null=True))
    def get_today(self, setting: LearningSetting) -> Any:
        day = LearningDay.objects.of(setting, timezone.now().date()).first()
        return LearningDaySerializer(day).data if day else None


class NewLearningSettingSerializer(StrictFields):
    """What to set; what is left out stays, or is what is usual where nothing was set before.

    `base_url` and `model` name an endpoint that speaks OpenAI's dialect; without them nothing is
    guessed. `key` is kept sealed and never shown; "" drops it, as another address does.
    """

    agent = ScopedRelatedField(
        queryset=Agent.objects.all(), required=False, allow_null=True, default=None
    )
    base_url = serializers.CharField(max_length=300, required=False, allow_blank=True)
    model = serializers.CharField(max_length=200, required=False, allow_blank=True)
    key = serializers.CharField(max_length=200, required=False, allow_blank=True, write_only=True)
    daily_calls = serializers.IntegerField(min_value=0, max_value=MOST_CALLS, required=False)
    daily_cost = serializers.DecimalField(
        max_digits=16, decimal_places=4, min_value=0, max_value=MOST_DOLLARS, required=False
    )
    enriches = serializers.BooleanField(required=False)
    enrich_tokens = serializers.IntegerField(min_value=0, max_value=MOST_TOKENS, required=False)
    extracts = serializers.BooleanField(required=False)


class LearningSettingViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, ScopedViewSet):
    """Which model decides what is remembered, and what that may cost in a day."""

    permissions: ClassVar = {
        "list": "memories.read",
        "retrieve": "memories.read",
        "create": "memories.manage",
        "destroy": "memories.manage",
    }
    queryset = LearningSetting.objects.all()
    serializer_class = LearningSettingSerializer
    filterset_fields: ClassVar = ["agent"]
    ordering: ClassVar = ["created_at"]

    @extend_schema(request=NewLearningSettingSerializer, responses={201: LearningSettingSerializer})
    def create(self, request: Request) -> Response:
        """Set how the organization, or one agent, learns."""
        incoming = NewLearningSettingSerializer(data=request.data)
        incoming.is_valid(raise_exception=True)
        row = set_learning(**incoming.validated_data)
        return Response(self.get_serializer(row).data, status=status.HTTP_201_CREATED)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        """Drop a setting: an agent then learns as the organization does."""
        drop_learning(self.get_object())
        return Response(status=status.HTTP_204_NO_CONTENT)


class ExtractionSerializer(serializers.ModelSerializer[Extraction]):
    """One interaction that was looked through; `reason` says why it was not."""

    class Meta:
        model = Extraction
        fields: ClassVar = [
            "id",
            "owner_type",
            "owner_id",
            "agent",
            "run_id",
            "source_id",
            "state",
            "reason",
            "memories",
            "withheld",
            "preferences",
            "model",
            "created_at",
            "finished_at",
        ]
        read_only_fields: ClassVar = fields


class ExtractionViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, ScopedViewSet):
    """Which interactions were looked through for what to remember, the newest first."""

    permissions: ClassVar = {"list": "memories.read_private", "retrieve": "memories.read_private"}
    queryset = Extraction.objects.all()
    serializer_class = ExtractionSerializer
    filterset_fields: ClassVar = ["state", "owner_type", "owner_id", "agent", "run_id"]
    ordering: ClassVar = ["-created_at"]
