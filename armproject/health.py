"""Whether ARM itself is well: for probes, without saying anything about anybody's data."""

from datetime import timedelta
from typing import Any

from django.db import DatabaseError, connection
from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

RELAY_LATE = timedelta(seconds=60)


class HealthView(APIView):
    """Answer 200 when requests can be served, 503 when they cannot; `work` tells of the workers."""

    authentication_classes = []
    permission_classes = []
    own_transactions = True
    public = True

    @extend_schema(
        operation_id="health",
        responses=inline_serializer(
            "Health",
            {"status": serializers.CharField(), "work": serializers.CharField()},
        ),
    )
    def get(self, request: Request) -> Response:
        try:
            late = _work_is_late()
        except DatabaseError:
            return Response({"status": "down", "work": "unknown"}, status=503)
        return Response({"status": "ok", "work": "late" if late else "on time"})


def _work_is_late() -> bool:
    """Tell whether the relay has not come by for a while: no worker, no beat, or no broker."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp() - max(at) FROM jobs_pulse")
        row: Any = cursor.fetchone()
    return row[0] is None or row[0] > RELAY_LATE
