"""What people and evaluators thought of what agents did, at the API's door."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.scoping.api import ScopedRelatedField, ScopedViewSet
from armproject.lib.rest.strict import StrictFields
from telemetry.actions.give_feedback import give_feedback
from telemetry.filters import FeedbackFilter
from telemetry.identity import signed, unsigned
from telemetry.models import Feedback, FeedbackSource, Run
from telemetry.reports.comments import comment_of

COMMENT = 4_000


class FeedbackSerializer(serializers.ModelSerializer[Feedback]):
    """One judgement of a run, or of one step (`span_id`) or message (`message_id`) of it."""

    trace_id = serializers.CharField(source="trace_id.hex", read_only=True)
    span_id = serializers.SerializerMethodField()
    user = serializers.CharField(source="end_user", read_only=True)
    comment = serializers.SerializerMethodField(
        help_text="Empty, too, where you may not read it: an evaluator's is for contents.read."
    )

    class Meta:
        model = Feedback
        fields: ClassVar = [
            "id",
            "run_id",
            "trace_id",
            "span_id",
            "message_id",
            "source",
            "helpful",
            "score",
            "tag",
            "label",
            "comment",
            "user",
            "member",
            "created_at",
        ]
        read_only_fields: ClassVar = fields

    def get_span_id(self, feedback: Feedback) -> str:
        return "" if feedback.span_id is None else unsigned(feedback.span_id)

    def get_comment(self, feedback: Feedback) -> str:
        return comment_of(feedback)


class GivingSerializer(StrictFields):
    """Feedback as it is given: about a run by its id or its trace, which need not be here yet."""

    feedback_id = serializers.CharField(
        required=False, max_length=200, help_text="A name of yours; sent again, it changes nothing."
    )
    run_id = ScopedRelatedField(queryset=Run.objects.all(), required=False, source="run")
    trace_id = serializers.RegexField(
        r"^[0-9a-fA-F]{32}$", required=False, help_text="32 hex digits."
    )
    span_id = serializers.RegexField(
        r"^[0-9a-fA-F]{16}$", required=False, help_text="16 hex digits."
    )
    message_id = serializers.UUIDField(required=False)
    helpful = serializers.BooleanField(required=False, allow_null=True)
    score = serializers.FloatField(required=False, allow_null=True)
    tag = serializers.CharField(required=False, max_length=100)
    label = serializers.CharField(required=False, max_length=200)  # type: ignore[assignment]
    comment = serializers.CharField(required=False, max_length=COMMENT)
    user = serializers.CharField(required=False, max_length=200, source="end_user")
    source = serializers.ChoiceField(  # type: ignore[assignment]
        choices=FeedbackSource.choices, required=False
    )

    def validate_trace_id(self, value: str) -> Any:
        return serializers.UUIDField().to_internal_value(value)

    def validate_span_id(self, value: str) -> int:
        return signed(value)


class FeedbackViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, ScopedViewSet):
    """What people and evaluators thought of what agents did, the newest first."""

    permissions: ClassVar = {
        "list": "runs.read",
        "retrieve": "runs.read",
        "create": "feedback.write",
    }
    queryset = Feedback.objects.all()
    serializer_class = FeedbackSerializer
    filterset_class = FeedbackFilter
    ordering_fields: ClassVar = ["created_at"]
    ordering: ClassVar = ["-created_at"]

    @extend_schema(
        request=GivingSerializer, responses={201: FeedbackSerializer, 200: FeedbackSerializer}
    )
    def create(self, request: Request) -> Response:
        """Give feedback; sent again under its id it is answered with 200 and changes nothing."""
        incoming = GivingSerializer(data=request.data)
        incoming.is_valid(raise_exception=True)
        given = give_feedback(**incoming.validated_data)
        code = status.HTTP_201_CREATED if given.is_new else status.HTTP_200_OK
        return Response(FeedbackSerializer(given.feedback).data, status=code)
