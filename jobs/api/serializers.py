"""JSON out, for jobs."""

from typing import Any, ClassVar

from rest_framework import serializers

from jobs.models import Job


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
