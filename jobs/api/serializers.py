"""JSON out, for jobs."""

from typing import Any, ClassVar

from rest_framework import serializers

from armproject.lib.rest.strict import StrictFields
from jobs.models import Delivery, Job, Subscription


class SubjectSerializer(serializers.Serializer[Any]):
    """What a job is about; `id` is empty where it is about several."""

    name = serializers.CharField(source="label")
    id = serializers.CharField()


class JobSerializer(serializers.ModelSerializer[Job]):
    requested_by = serializers.CharField(source="requested_by.label", read_only=True, default="")

    subject = SubjectSerializer(read_only=True, allow_null=True, default=None)

    class Meta:
        model = Job
        fields: ClassVar = [
            "id",
            "kind",
            "subject",
            "args",
            "state",
            "progress",
            "attempts",
            "max_attempts",
            "last_error",
            "lane",
            "requested_by",
            "run_after",
            "started_at",
            "finished_at",
            "created_at",
        ]
        read_only_fields: ClassVar = fields


class SubscriptionSerializer(StrictFields, serializers.ModelSerializer[Subscription]):
    """`address` may hold a token: it can be set, never read; `leads_to` is its host."""

    kind = serializers.CharField(max_length=30, default="webhook")
    address = serializers.CharField(write_only=True, max_length=2000, trim_whitespace=True)
    leads_to = serializers.CharField(source="address_hint", read_only=True)
    topics = serializers.ListField(child=serializers.CharField(max_length=60), max_length=100)

    class Meta:
        model = Subscription
        fields: ClassVar = [
            "id",
            "name",
            "kind",
            "address",
            "leads_to",
            "topics",
            "state",
            "last_delivered_at",
            "last_error",
            "lost",
            "former_until",
            "created_at",
        ]
        read_only_fields: ClassVar = [
            "state",
            "last_delivered_at",
            "last_error",
            "lost",
            "former_until",
        ]
        extra_kwargs: ClassVar = {
            "former_until": {"help_text": "Until then the secret before this one signs, too."},
            "lost": {"help_text": "Events that were dropped after a month in which none arrived."},
        }


class NewSubscriptionSerializer(SubscriptionSerializer):
    secret = serializers.CharField(read_only=True, help_text="Signs what is sent; shown once.")

    class Meta(SubscriptionSerializer.Meta):
        fields: ClassVar = [*SubscriptionSerializer.Meta.fields, "secret"]


class SubscriptionChangeSerializer(SubscriptionSerializer):
    """The kind stays. Off, what happens passes it by; on, it hears again."""

    kind = serializers.CharField(read_only=True)
    is_on = serializers.BooleanField()

    class Meta(SubscriptionSerializer.Meta):
        fields: ClassVar = [*SubscriptionSerializer.Meta.fields, "is_on"]


class SecretSerializer(serializers.Serializer[Any]):
    secret = serializers.CharField(help_text="Signs what is sent from now on; shown once.")


class SubscriptionTrialSerializer(serializers.Serializer[Any]):
    """How a test event fared."""

    ok = serializers.BooleanField()
    message = serializers.CharField()
    response_code = serializers.IntegerField(allow_null=True)


class SinceSerializer(StrictFields, serializers.Serializer[Any]):
    since = serializers.DateTimeField()


class ReplayedSerializer(serializers.Serializer[Any]):
    number = serializers.IntegerField(help_text="How much is sent again.")


class TopicSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]


class DeliverySerializer(serializers.ModelSerializer[Delivery]):
    """`id` goes out as webhook-id; `event_ids` are those of the events in it, in their order."""

    class Meta:
        model = Delivery
        fields: ClassVar = [
            "id",
            "subscription",
            "state",
            "events",
            "event_ids",
            "is_replay",
            "attempts",
            "response_code",
            "last_error",
            "next_try_at",
            "give_up_at",
            "delivered_at",
            "created_at",
        ]
        read_only_fields: ClassVar = fields
        extra_kwargs: ClassVar = {"event_ids": {"help_text": "A list of ids."}}
