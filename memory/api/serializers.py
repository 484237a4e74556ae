"""Memories as JSON."""

from typing import Any, ClassVar

from rest_framework import serializers

from accounts.scoping.api import ScopedRelatedField
from agents.models import Agent
from armproject.lib.rest.strict import StrictFields
from memory.entries import LONGEST_CONTENT
from memory.models import (
    Horizon,
    Kind,
    Memory,
    MemoryVersion,
    Origin,
    OwnerType,
    SourceType,
    Store,
    Use,
    Visibility,
)

LINE = 200


class MemorySourceSerializer(serializers.Serializer[Any]):
    """Where a memory came from."""

    type = serializers.ChoiceField(choices=SourceType.choices, source="source_type")
    interaction_id = serializers.CharField(source="source_id")
    imported_from = serializers.CharField()


class MemorySerializer(serializers.ModelSerializer[Memory]):
    """One thing that is known. `content` is null where it is locked or its key is gone.

    `state` tells whether it is found: live, withheld (somebody has to review it) or forgotten;
    `state_reason` says why it was withheld. `is_trusted` tells that a person of the organization
    wrote or approved it.
    """

    content = serializers.SerializerMethodField()
    source = MemorySourceSerializer(source="*")  # type: ignore[assignment]

    class Meta:
        model = Memory
        fields: ClassVar = [
            "id",
            "owner_type",
            "owner_id",
            "agent",
            "horizon",
            "kind",
            "store",
            "key",
            "label",
            "content",
            "metadata",
            "visibility",
            "source",
            "confidence",
            "is_trusted",
            "is_locked",
            "valid_from",
            "valid_until",
            "expires_at",
            "state",
            "state_reason",
            "forgotten_at",
            "version",
            "tokens",
            "uses",
            "last_used_at",
            "created_by",
            "created_at",
            "updated_at",
        ]
        read_only_fields: ClassVar = fields

    def get_content(self, memory: Memory) -> str | None:
        told: dict[Any, str | None] = self.context.get("contents", {})
        return told.get(memory.pk)


class NewMemorySerializer(StrictFields):
    """Something to remember; without an owner it belongs to the organization.

    What is for the short term goes after a day unless `ttl_seconds` or `expires_at` say otherwise.
    """

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
    source_type = serializers.ChoiceField(choices=SourceType.choices, default="manual")
    source_id = serializers.CharField(max_length=LINE, default="", allow_blank=True)
    confidence = serializers.FloatField(min_value=0, max_value=1, default=None, allow_null=True)
    valid_from = serializers.DateTimeField(default=None, allow_null=True)
    valid_until = serializers.DateTimeField(default=None, allow_null=True)
    expires_at = serializers.DateTimeField(default=None, allow_null=True)
    ttl_seconds = serializers.IntegerField(
        min_value=1, max_value=10**9, default=None, allow_null=True, help_text="Instead of it."
    )
    run_id = serializers.UUIDField(default=None, allow_null=True)
    parents = serializers.ListField(child=serializers.UUIDField(), default=list, max_length=100)


class NewMemoriesSerializer(StrictFields):
    """Up to 1,000 things to remember; if one cannot be kept, none is."""

    memories = serializers.ListField(
        child=NewMemorySerializer(), allow_empty=False, max_length=1_000
    )


class ChangedMemorySerializer(StrictFields):
    """What to change; what is left out stays. `expected_version` guards against overwriting."""

    content = serializers.CharField(
        max_length=LONGEST_CONTENT, trim_whitespace=False, required=False
    )
    label = serializers.CharField(max_length=LINE, allow_blank=True, required=False)  # type: ignore[assignment]
    metadata = serializers.DictField(required=False)
    visibility = serializers.ChoiceField(choices=Visibility.choices, required=False)
    kind = serializers.ChoiceField(choices=Kind.choices, required=False)
    horizon = serializers.ChoiceField(choices=Horizon.choices, required=False)
    confidence = serializers.FloatField(min_value=0, max_value=1, allow_null=True, required=False)
    valid_from = serializers.DateTimeField(allow_null=True, required=False)
    valid_until = serializers.DateTimeField(allow_null=True, required=False)
    expires_at = serializers.DateTimeField(allow_null=True, required=False)
    expected_version = serializers.IntegerField(min_value=1, required=False)


class ForgettingSerializer(StrictFields):
    """How to forget: `erase` leaves nothing, with whatever was concluded from it if asked."""

    erase = serializers.BooleanField(default=False)
    with_derived = serializers.BooleanField(default=False)
    reason = serializers.CharField(max_length=500, default="", allow_blank=True)


class ForgettingManySerializer(ForgettingSerializer):
    """Which memories to forget, and how; ids that are not within reach refuse the whole call."""

    ids = serializers.ListField(child=serializers.UUIDField(), allow_empty=False, max_length=1_000)


class RestoringSerializer(StrictFields):
    """Why; it goes into the audit log."""

    reason = serializers.CharField(max_length=500, default="", allow_blank=True)


class ForgottenSerializer(serializers.Serializer[Any]):
    """What became of what was to be forgotten; `erased` counts rows by kind, or is null."""

    forgotten = serializers.IntegerField()
    erased = serializers.DictField(child=serializers.IntegerField(), allow_null=True)


class VersionSerializer(serializers.ModelSerializer[MemoryVersion]):
    """How a memory was before a change; `content` is null where its key is gone."""

    content = serializers.SerializerMethodField()

    class Meta:
        model = MemoryVersion
        fields: ClassVar = ["number", "content", "facts", "changed_by", "created_at"]
        read_only_fields: ClassVar = fields

    def get_content(self, version: MemoryVersion) -> str | None:
        told: dict[Any, str | None] = self.context.get("contents", {})
        return told.get(version.pk)


class OriginSerializer(serializers.ModelSerializer[Origin]):
    """What a memory was concluded from: a memory, or a run."""

    class Meta:
        model = Origin
        fields: ClassVar = ["parent", "run_id"]
        read_only_fields: ClassVar = fields


class UseSerializer(serializers.ModelSerializer[Use]):
    """One use of a memory; `score` and `rank` where it was searched for."""

    class Meta:
        model = Use
        fields: ClassVar = [
            "id",
            "kind",
            "recall",
            "by",
            "agent_id",
            "run_id",
            "score",
            "rank",
            "helpful",
            "created_at",
        ]
        read_only_fields: ClassVar = fields


class StorySerializer(serializers.Serializer[Any]):
    """A memory's whole story, the newest first: as it is, as it was, where from, and its uses."""

    memory = MemorySerializer()
    origins = OriginSerializer(many=True)
    derived = serializers.ListField(child=serializers.UUIDField())
    versions = VersionSerializer(many=True)
    uses = UseSerializer(many=True)


class MemoryUsageSerializer(serializers.Serializer[Any]):
    """How much is kept and how it is used; each part maps a word to a count."""

    total = serializers.IntegerField()
    is_capped = serializers.BooleanField()
    by_owner_type = serializers.DictField(child=serializers.IntegerField())
    by_kind = serializers.DictField(child=serializers.IntegerField())
    by_store = serializers.DictField(child=serializers.IntegerField())
    by_state = serializers.DictField(child=serializers.IntegerField())
    uses_in_30_days = serializers.IntegerField()
    never_used = serializers.IntegerField()
    expiring_in_7_days = serializers.IntegerField()


class CleaningSerializer(StrictFields):
    """What to forget: live memories older than so many days, and not used for as long.

    Without `apply` it is only counted.
    """

    older_than_days = serializers.IntegerField(min_value=1, max_value=3_650)
    unused_days = serializers.IntegerField(min_value=1, max_value=3_650, default=None)
    owner_type = serializers.ChoiceField(choices=OwnerType.choices, default=None)
    owner_id = serializers.CharField(max_length=LINE, default="", allow_blank=True)
    store = serializers.ChoiceField(choices=Store.choices, default=None)
    apply = serializers.BooleanField(default=False)


class CleanedSerializer(serializers.Serializer[Any]):
    """How many memories fit, and how many of them were forgotten; call again for the rest."""

    found = serializers.IntegerField()
    forgotten = serializers.IntegerField()
