"""JSON in, JSON out, for the audit log, rules, alerts, channels and their messages."""

from typing import Any, ClassVar

from rest_framework import serializers

from accounts.permissions import has_permission
from accounts.scoping.api import ScopedRelatedField
from armproject.lib.rest.strict import StrictFields
from governance.models import Alert, AlertEvent, AlertRule, AuditEvent, Channel, Notification


class DiffField(serializers.JSONField):
    """What changed, for who may take the log out; null for others."""

    def to_representation(self, value: Any) -> Any:
        return super().to_representation(value) if has_permission("audit.export") else None


class AuditEventSerializer(serializers.ModelSerializer[AuditEvent]):
    before = DiffField(read_only=True, allow_null=True, help_text="null without audit.export")
    after = DiffField(read_only=True, allow_null=True, help_text="null without audit.export")
    details = DiffField(read_only=True, allow_null=True, help_text="null without audit.export")

    class Meta:
        model = AuditEvent
        fields: ClassVar = [
            "id",
            "at",
            "actor_kind",
            "actor_id",
            "actor_label",
            "action",
            "resource_type",
            "resource_id",
            "resource_label",
            "reason",
            "before",
            "after",
            "details",
            "request_id",
            "trace_id",
            "address",
            "user_agent",
        ]
        read_only_fields: ClassVar = fields


class MeasureSerializer(serializers.Serializer[Any]):
    """Something a rule can watch."""

    name = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    unit = serializers.CharField()
    subject = serializers.CharField()
    description = serializers.CharField()
    lower_is_worse = serializers.BooleanField(
        help_text="Rules without a comparison then fire below their threshold, else above."
    )
    lowest = serializers.DecimalField(
        max_digits=None, decimal_places=None, allow_null=True, help_text="Null where unbounded."
    )
    highest = serializers.DecimalField(
        max_digits=None, decimal_places=None, allow_null=True, help_text="Null where unbounded."
    )
    threshold_hint = serializers.CharField(help_text="How a threshold for it is written.")


class ProposalSerializer(serializers.Serializer[Any]):
    """A ready-made rule."""

    slug = serializers.CharField()
    name = serializers.CharField(source="values.name")
    why = serializers.CharField()
    measure = serializers.CharField(source="values.measure")


class AlertRuleSerializer(StrictFields, serializers.ModelSerializer[AlertRule]):
    channels = ScopedRelatedField(queryset=Channel.objects.all(), many=True, required=False)
    sentence = serializers.CharField(read_only=True)

    class Meta:
        model = AlertRule
        fields: ClassVar = [
            "id",
            "name",
            "sentence",
            "measure",
            "comparison",
            "mode",
            "threshold",
            "minimum_base",
            "currency",
            "window_minutes",
            "subject_id",
            "subject_label",
            "severity",
            "hold_minutes",
            "cooldown_minutes",
            "remind_minutes",
            "enabled",
            "channels",
            "evaluated_at",
            "trouble",
            "created_at",
        ]
        read_only_fields: ClassVar = ["subject_label", "evaluated_at", "trouble"]


class RulePreviewSerializer(AlertRuleSerializer):
    """A rule to be tried: as for a new one, but it needs no name and no recipients."""

    class Meta(AlertRuleSerializer.Meta):
        fields: ClassVar = [
            "name",
            "measure",
            "comparison",
            "mode",
            "threshold",
            "minimum_base",
            "currency",
            "window_minutes",
            "subject_id",
        ]
        read_only_fields: ClassVar = []
        extra_kwargs: ClassVar = {
            "name": {"required": False},
            "comparison": {
                "required": False,
                "help_text": "Without one, the side on which the measure is bad.",
            },
        }

    channels = None  # type: ignore[assignment]
    sentence = None  # type: ignore[assignment]


class CaseSerializer(serializers.Serializer[Any]):
    subject_type = serializers.CharField()
    subject_id = serializers.UUIDField(allow_null=True)
    subject_label = serializers.CharField()
    message = serializers.CharField()


class PreviewSerializer(serializers.Serializer[Any]):
    """What a rule would do now."""

    sentence = serializers.CharField()
    firing = serializers.IntegerField(help_text="About how many subjects it would open an alert.")
    known = serializers.IntegerField(help_text="Of how many subjects the measure knows a value.")
    unknown = serializers.IntegerField(help_text="Of how many it knows none in this window.")
    cases = CaseSerializer(many=True, help_text="The first ten of those firing.")


class AlertEventSerializer(serializers.ModelSerializer[AlertEvent]):
    class Meta:
        model = AlertEvent
        fields: ClassVar = ["id", "kind", "by", "note", "value", "created_at"]
        read_only_fields: ClassVar = fields


class AlertSerializer(serializers.ModelSerializer[Alert]):
    rule = serializers.UUIDField(source="rule_id", read_only=True, allow_null=True)
    acknowledged_by = serializers.EmailField(
        source="acknowledged_by.email", read_only=True, allow_null=True
    )
    resolved_by = serializers.EmailField(
        source="resolved_by.email", read_only=True, allow_null=True
    )

    class Meta:
        model = Alert
        fields: ClassVar = [
            "id",
            "rule",
            "title",
            "severity",
            "state",
            "subject_type",
            "subject_id",
            "subject_label",
            "message",
            "value",
            "threshold",
            "opened_at",
            "last_seen_at",
            "occurrences",
            "acknowledged_at",
            "acknowledged_by",
            "resolved_at",
            "resolved_by",
            "resolution",
        ]
        read_only_fields: ClassVar = fields


class AlertDetailSerializer(AlertSerializer):
    """One alert with its history."""

    events = AlertEventSerializer(many=True, read_only=True)

    class Meta(AlertSerializer.Meta):
        fields: ClassVar = [*AlertSerializer.Meta.fields, "events"]
        read_only_fields: ClassVar = fields


class NoteSerializer(StrictFields):
    """What somebody has to say about what they do."""

    note = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")


class ChannelSerializer(StrictFields, serializers.ModelSerializer[Channel]):
    emails = serializers.ListField(child=serializers.EmailField(), required=False)
    leads_to = serializers.CharField(read_only=True)
    target = serializers.CharField(
        write_only=True,
        required=False,
        max_length=2000,
        help_text="The URL of a webhook, or what the service shows: its webhook URL or key.",
    )
    signing_secret = serializers.CharField(
        write_only=True,
        required=False,
        max_length=200,
        help_text="Signs webhooks (whsec_…); made by ARM and shown once if left out.",
    )

    class Meta:
        model = Channel
        fields: ClassVar = [
            "id",
            "name",
            "kind",
            "emails",
            "leads_to",
            "target",
            "signing_secret",
            "is_default",
            "verified_at",
            "last_error",
            "created_at",
        ]
        read_only_fields: ClassVar = ["verified_at", "last_error"]


class ChannelChangeSerializer(ChannelSerializer):
    """What can change of a channel: everything but its kind."""

    class Meta(ChannelSerializer.Meta):
        read_only_fields: ClassVar = [*ChannelSerializer.Meta.read_only_fields, "kind"]


class NewChannelSerializer(ChannelSerializer):
    """The answer to adding a channel: the only time a signing secret made by ARM is shown."""

    signing_secret = serializers.CharField(read_only=True, allow_null=True)


class TrialSerializer(serializers.Serializer[Any]):
    """How a test message fared."""

    ok = serializers.BooleanField()
    message = serializers.CharField()


class NotificationSerializer(serializers.ModelSerializer[Notification]):
    alert = serializers.UUIDField(source="alert_id", read_only=True)
    channel = serializers.UUIDField(source="channel_id", read_only=True, allow_null=True)

    class Meta:
        model = Notification
        fields: ClassVar = [
            "id",
            "alert",
            "channel",
            "channel_label",
            "transition",
            "turn",
            "message",
            "state",
            "attempts",
            "last_error",
            "sent_at",
            "created_at",
        ]
        read_only_fields: ClassVar = fields
