"""How much of what is said is kept, at the API's door."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.scoping.api import ScopedRelatedField, ScopedViewSet
from agents.models import Agent
from armproject.lib.rest.strict import StrictFields
from telemetry.actions.add_pattern import add_pattern
from telemetry.actions.drop_content_rule import drop_content_rule
from telemetry.actions.remove_pattern import remove_pattern
from telemetry.actions.set_content_rule import set_content_rule
from telemetry.actions.try_redaction import try_redaction
from telemetry.models import ContentRule, RedactionPattern


class ContentRuleSerializer(StrictFields, serializers.ModelSerializer[ContentRule]):
    """How much is kept of one agent's content; `agent` is null in the organization's rule."""

    agent = ScopedRelatedField(
        queryset=Agent.objects.all(), required=False, allow_null=True, default=None
    )

    class Meta:
        model = ContentRule
        fields: ClassVar = ["id", "agent", "mode", "created_at", "changed_at"]
        read_only_fields: ClassVar = ["id", "created_at", "changed_at"]
        validators: ClassVar[list[Any]] = []  # setting a rule again changes it


class PatternSerializer(StrictFields, serializers.ModelSerializer[RedactionPattern]):
    """An expression of RE2; where content is redacted, `[kind]` replaces what it fits."""

    class Meta:
        model = RedactionPattern
        fields: ClassVar = ["id", "kind", "expression", "created_at"]
        read_only_fields: ClassVar = ["id", "created_at"]


class TrialSerializer(StrictFields):
    """A sample, and a pattern to try beside those there are."""

    sample = serializers.CharField(max_length=10_000)
    kind = serializers.CharField(required=False, default="", max_length=30)
    expression = serializers.CharField(required=False, default="", max_length=300)


class RedactedSerializer(serializers.Serializer[Any]):
    """What the sample became, and how often each kind was found."""

    text = serializers.CharField()
    counts = serializers.DictField(child=serializers.IntegerField())


class ContentRuleViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, ScopedViewSet):
    """How much is kept of what is said; where no rule speaks, nothing is."""

    permissions: ClassVar = {
        "list": "runs.read",
        "retrieve": "runs.read",
        "create": "contents.write",
        "destroy": "contents.write",
    }
    queryset = ContentRule.objects.all()
    serializer_class = ContentRuleSerializer
    filterset_fields: ClassVar = ["agent", "mode"]
    ordering: ClassVar = ["created_at"]

    def create(self, request: Request) -> Response:
        """Set the mode of an agent or of the organization, for what arrives from now on."""
        incoming = self.get_serializer(data=request.data)
        incoming.is_valid(raise_exception=True)
        rule = set_content_rule(**incoming.validated_data)
        return Response(self.get_serializer(rule).data, status=status.HTTP_201_CREATED)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        """Drop a rule: an agent then follows the organization, an organization keeps nothing."""
        drop_content_rule(self.get_object())
        return Response(status=status.HTTP_204_NO_CONTENT)


class PatternViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, ScopedViewSet):
    """What redaction takes out beside secrets, addresses, numbers of accounts and telephones."""

    permissions: ClassVar = {
        "list": "contents.write",
        "retrieve": "contents.write",
        "create": "contents.write",
        "destroy": "contents.write",
        "preview": "contents.write",
    }
    queryset = RedactionPattern.objects.all()
    serializer_class = PatternSerializer
    ordering: ClassVar = ["kind"]

    def create(self, request: Request) -> Response:
        incoming = self.get_serializer(data=request.data)
        incoming.is_valid(raise_exception=True)
        pattern = add_pattern(**incoming.validated_data)
        return Response(self.get_serializer(pattern).data, status=status.HTTP_201_CREATED)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        remove_pattern(self.get_object())
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=TrialSerializer, responses=RedactedSerializer)
    @action(detail=False, methods=["post"], pagination_class=None)
    def preview(self, request: Request) -> Response:
        """Say what would become of a sample; nothing is kept of it."""
        incoming = TrialSerializer(data=request.data)
        incoming.is_valid(raise_exception=True)
        return Response(RedactedSerializer(try_redaction(**incoming.validated_data)).data)
