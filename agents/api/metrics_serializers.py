"""The inventory in numbers, in JSON."""

from typing import Any

from rest_framework import serializers


class VendorCountSerializer(serializers.Serializer[Any]):
    vendor = serializers.CharField()
    vendor_name = serializers.CharField()
    agents = serializers.IntegerField()


class InventorySummarySerializer(serializers.Serializer[Any]):
    """How many agents there are; all but `vanished` count those present."""

    agents = serializers.IntegerField()
    vanished = serializers.IntegerField()
    vendors = VendorCountSerializer(many=True)
    statuses = serializers.DictField(child=serializers.IntegerField())
    health = serializers.DictField(child=serializers.IntegerField())


class VendorHealthSerializer(serializers.Serializer[Any]):
    vendor = serializers.CharField()
    agents = serializers.IntegerField()
    healthy = serializers.IntegerField()
    degraded = serializers.IntegerField()
    down = serializers.IntegerField()
    unknown = serializers.IntegerField()
    score = serializers.FloatField(allow_null=True, help_text="The average score.")
    checked_at = serializers.DateTimeField(allow_null=True)


class HealthMetricsSerializer(serializers.Serializer[Any]):
    """How the organization's agents are."""

    agents = serializers.IntegerField()
    healthy = serializers.IntegerField()
    degraded = serializers.IntegerField()
    down = serializers.IntegerField()
    unknown = serializers.IntegerField()
    healthy_ratio = serializers.FloatField(
        allow_null=True, help_text="Healthy agents among those whose health is known."
    )
    average_score = serializers.FloatField(allow_null=True)
    checked_at = serializers.DateTimeField(allow_null=True)
    vendors = VendorHealthSerializer(many=True)
