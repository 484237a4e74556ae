"""Preferences, at the API's door."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.scoping.api import ScopedViewSet
from armproject.lib.rest.strict import StrictFields
from memory.access import reach_of_call, users_within
from memory.actions.drop_preference import drop_preference
from memory.actions.read_preferences import Read, read_preferences
from memory.actions.set_preference import LONGEST_CATEGORY, LONGEST_VALUE, set_preference
from memory.entries import LONGEST_LINE
from memory.learning.observing import LONGEST_EXAMPLE, MOST_EXAMPLES
from memory.models import Preference


class FormerValueSerializer(serializers.Serializer[Any]):
    """A value that was given up: how sure it was (0 to 1), and until when it held."""

    value = serializers.CharField()
    confidence = serializers.FloatField()
    until = serializers.DateTimeField()


class PreferenceSerializer(serializers.ModelSerializer[Preference]):
    """One preference; `user` is "" for the whole organization's.

    `value` is null where the key is gone under which it was sealed. `is_trusted` tells that a
    person set it, so what models observe does not replace it.
    """

    value = serializers.CharField(allow_null=True)
    examples = serializers.ListField(child=serializers.CharField())
    former = FormerValueSerializer(many=True)
    last_observed = serializers.DateTimeField(source="last_observed_at")

    class Meta:
        model = Preference
        fields: ClassVar = [
            "id",
            "user",
            "category",
            "key",
            "value",
            "examples",
            "former",
            "confidence",
            "observations",
            "last_observed",
            "is_trusted",
            "source_type",
            "source_id",
            "run_id",
            "created_at",
        ]
        read_only_fields: ClassVar = fields

    def to_representation(self, read: Read) -> dict[str, Any]:  # type: ignore[override]
        row, told = read.preference, read.told
        plain = told.plain() if told else {"value": None, "examples": [], "former": []}
        names = [name for name in self.Meta.fields if name not in {*plain, "last_observed"}]
        facts = {name: getattr(row, name) for name in names}
        return {**facts, **plain, "last_observed": row.last_observed_at}


class NewPreferenceSerializer(StrictFields):
    """A preference; the same user, category and key again change it."""

    user = serializers.CharField(
        max_length=LONGEST_LINE, default="", allow_blank=True, help_text="Empty for everybody."
    )
    category = serializers.CharField(max_length=LONGEST_CATEGORY)
    key = serializers.CharField(max_length=LONGEST_LINE)
    value = serializers.CharField(max_length=LONGEST_VALUE)
    examples = serializers.ListField(
        child=serializers.CharField(max_length=LONGEST_EXAMPLE),
        max_length=MOST_EXAMPLES,
        required=False,
    )


class ChangedPreferenceSerializer(StrictFields):
    """What to change; what is left out stays."""

    value = serializers.CharField(max_length=LONGEST_VALUE, required=False)
    examples = serializers.ListField(
        child=serializers.CharField(max_length=LONGEST_EXAMPLE),
        max_length=MOST_EXAMPLES,
        required=False,
    )


class PreferenceViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, ScopedViewSet):
    """How people, and the whole organization, like things done.

    A caller finds their own and the organization's; with memories.read_private everybody's.
    Reading what they say is recorded.
    """

    permissions: ClassVar = {
        "list": "memories.read",
        "retrieve": "memories.read",
        "create": "memories.write",
        "partial_update": "memories.write",
        "destroy": "memories.write",
    }
    queryset = Preference.objects.all()
    serializer_class = PreferenceSerializer
    filterset_fields: ClassVar = ["user", "category", "key", "is_trusted", "run_id"]
    ordering_fields: ClassVar = ["last_observed_at", "created_at"]
    ordering: ClassVar = ["-last_observed_at"]

    def get_queryset(self) -> "QuerySet[Preference]":
        if getattr(self, "swagger_fake_view", False):
            return Preference.objects.none()
        return Preference.objects.of_users(users_within(reach_of_call()))

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List preferences with their values and examples, the last observed first."""
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset())) or []
        read: Any = read_preferences(page, how="list")
        return self.get_paginated_response(PreferenceSerializer(read, many=True).data)

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return Response(_shown(self.get_object()))

    @extend_schema(request=NewPreferenceSerializer, responses={201: PreferenceSerializer})
    def create(self, request: Request) -> Response:
        """Set a preference, of a user or of everybody; what was there before stays known."""
        incoming = NewPreferenceSerializer(data=request.data)
        incoming.is_valid(raise_exception=True)
        row = set_preference(**incoming.validated_data)
        return Response(_shown(row), status=status.HTTP_201_CREATED)

    @extend_schema(request=ChangedPreferenceSerializer, responses=PreferenceSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Change the value or the examples; setting them makes the preference sure."""
        row = self.get_object()
        incoming = ChangedPreferenceSerializer(data=request.data)
        incoming.is_valid(raise_exception=True)
        said = {"value": row.value, **incoming.validated_data}
        row = set_preference(user=row.user, category=row.category, key=row.key, **said)
        return Response(_shown(row))

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        """Erase a preference with its examples and former values."""
        drop_preference(self.get_object())
        return Response(status=status.HTTP_204_NO_CONTENT)


def _shown(row: Preference) -> Any:
    read: Any = read_preferences([row])[0]
    return PreferenceSerializer(read).data
