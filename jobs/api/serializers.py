"""JSON out, for jobs."""

from typing import ClassVar

from rest_framework import serializers

from jobs.models import Job


class JobSerializer(serializers.ModelSerializer[Job]):
    requested_by = serializers.CharField(source="requested_by.label", read_only=True, default="")

    class Meta:
        model = Job
        fields: ClassVar = [
            "id",
            "kind",
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
