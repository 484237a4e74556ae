"""JSON in, JSON out, for connections; keys go in and never come out."""

from collections.abc import Mapping
from typing import Any

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers
from rest_framework.fields import empty

from armproject.lib.rest.strict import StrictFields
from armproject.lib.secret import Secret
from connectors.base import CredentialKind, Support, Verb
from connectors.entries import LONGEST_KEY, LONGEST_NAME, LONGEST_URL
from connectors.models import Connection, SyncRun
from connectors.registry import kinds

LONGEST_REASON = 500


class SecretField(serializers.CharField):
    """A key: it comes in, becomes a `Secret`, and is never shown."""

    def __init__(self, **options: Any) -> None:
        style = {"input_type": "password"}
        options = {"max_length": LONGEST_KEY, "allow_blank": True, **options}
        super().__init__(write_only=True, required=False, style=style, **options)

    def run_validation(self, data: Any = empty) -> Any:
        return Secret(super().run_validation(data))


class ReportSerializer(serializers.Serializer[Mapping[str, Any]]):
    """What testing one credential showed."""

    credential = serializers.ChoiceField(choices=[each.value for each in CredentialKind])
    ok = serializers.BooleanField()
    message = serializers.CharField()
    fault = serializers.CharField(help_text="Empty when the credential works.")
    unlocks = serializers.ListField(child=serializers.CharField())
    missing_permissions = serializers.ListField(child=serializers.CharField())


class CapabilitySerializer(serializers.Serializer[Mapping[str, Any]]):
    """How far one verb is supported, through which credential, and why not further."""

    verb = serializers.ChoiceField(choices=[each.value for each in Verb])
    support = serializers.ChoiceField(choices=[each.value for each in Support])
    credential = serializers.ChoiceField(
        choices=[each.value for each in CredentialKind], allow_null=True
    )
    reason = serializers.CharField()


class ConnectionSerializer(serializers.ModelSerializer[Connection]):
    reports = ReportSerializer(many=True, read_only=True)
    capabilities = CapabilitySerializer(many=True, read_only=True)
    options = serializers.DictField(child=serializers.CharField(), read_only=True)
    agent_count = serializers.IntegerField(read_only=True)
    webhook_url = serializers.CharField(read_only=True)

    class Meta:
        model = Connection
        fields = [
            "id",
            "name",
            "vendor",
            "base_url",
            "options",
            "status",
            "status_reason",
            "admin_hint",
            "runtime_hint",
            "reports",
            "capabilities",
            "agent_count",
            "webhook_url",
            "tested_at",
            "synced_at",
            "created_at",
            "disconnected_at",
        ]
        read_only_fields = fields


class MadeConnectionSerializer(ConnectionSerializer):
    """The answer that shows, this once, the secret ARM made for agents to sign with."""

    webhook_secret = serializers.CharField(
        read_only=True, allow_null=True, help_text="Only for agents that report by themselves."
    )

    class Meta(ConnectionSerializer.Meta):
        fields = [*ConnectionSerializer.Meta.fields, "webhook_secret"]
        read_only_fields = fields


class ChangedConnectionSerializer(StrictFields):
    """What may be changed; what is left out stays. Another host needs its keys again."""

    name = serializers.CharField(max_length=LONGEST_NAME, required=False)
    base_url = serializers.CharField(max_length=LONGEST_URL, required=False, allow_blank=True)
    admin_key = SecretField()
    runtime_key = SecretField()
    options = serializers.DictField(child=serializers.CharField(allow_blank=True), required=False)


class NewConnectionSerializer(ChangedConnectionSerializer):
    """A vendor to connect, with an admin key, a runtime key, or both."""

    name = serializers.CharField(max_length=LONGEST_NAME)
    vendor = serializers.ChoiceField(choices=list(kinds()))


class RotationSerializer(StrictFields):
    """Which credential to change; no key where ARM makes the secret."""

    credential = serializers.ChoiceField(choices=[each.value for each in CredentialKind])
    key = SecretField()


class DisconnectionSerializer(StrictFields):
    reason = serializers.CharField(
        max_length=LONGEST_REASON, required=False, allow_blank=True, default=""
    )


class UnreadSerializer(serializers.Serializer[Mapping[str, Any]]):
    """Something that could not be read, and why."""

    what = serializers.CharField()
    why = serializers.CharField()
    fault = serializers.CharField()


class SyncSerializer(serializers.ModelSerializer[SyncRun]):
    found = serializers.DictField(child=serializers.IntegerField(), read_only=True)
    unread = UnreadSerializer(many=True, read_only=True)

    class Meta:
        model = SyncRun
        fields = [
            "id",
            "connection",
            "kind",
            "state",
            "started_at",
            "finished_at",
            "found",
            "unread",
            "error",
            "requested_by",
        ]
        read_only_fields = fields


@extend_schema_serializer(component_name="ConnectorCredential")
class CredentialHintSerializer(serializers.Serializer[Mapping[str, Any]]):
    credential = serializers.ChoiceField(choices=[each.value for each in CredentialKind])
    hint = serializers.CharField()
    unlocks = serializers.ListField(child=serializers.CharField())


class OptionSerializer(serializers.Serializer[Mapping[str, Any]]):
    name = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    help = serializers.CharField()


class ConnectorSerializer(serializers.Serializer[Mapping[str, Any]]):
    """A vendor that can be connected, and what it offers to who gives every credential."""

    kind = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    default_base_url = serializers.CharField()
    credentials = CredentialHintSerializer(many=True)
    options = OptionSerializer(many=True)
    capabilities = CapabilitySerializer(many=True)
