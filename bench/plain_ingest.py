"""The reference for ingestion: a serializer of Django REST framework and bulk_create.

A small project as the framework's tutorial leaves it, with a connection pool and a key found by
its digest. It checks the same fields of each event and keeps the same columns of it, under the
same two keys, and nothing else: no runs, no sums, no prices, no sources. It logs in as the
superuser, so row-level security costs it nothing.
"""

import hashlib
import json
import os
from datetime import timedelta
from typing import Any
from uuid import uuid5

import django
import environ
from django.conf import settings

if not settings.configured:
    settings.configure(
        SECRET_KEY="bench",
        ALLOWED_HOSTS=["*"],
        DATABASES={
            "default": {
                **environ.Env.db_url_config(os.environ["DATABASE_URL"]),
                "USER": "postgres",
                "OPTIONS": {"pool": {"max_size": 8}},
            }
        },
        INSTALLED_APPS=["django.contrib.contenttypes", "rest_framework"],
        REST_FRAMEWORK={"UNAUTHENTICATED_USER": None},
        MIDDLEWARE=["django.middleware.common.CommonMiddleware"],
        ROOT_URLCONF="bench.plain_ingest",
        DATA_UPLOAD_MAX_MEMORY_SIZE=16 * 2**20,
        USE_TZ=True,
    )
    django.setup()

from django.core.wsgi import get_wsgi_application
from django.db import connection, models
from django.http import HttpRequest, HttpResponse
from django.urls import path
from rest_framework import exceptions, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

NUMBERS = (
    *("span_id", "parent_id", "duration_us", "input_tokens", "output_tokens"),
    *("cached_tokens", "cache_write_tokens", "reasoning_tokens"),
)
TEXTS = (
    *("kind", "status", "name", "vendor", "model", "tool_name", "tool_call_id"),
    *("error_type", "error_message", "attributes_json"),
)


Event = type(
    "Event",
    (models.Model,),
    {
        "__module__": __name__,
        "id": models.UUIDField(primary_key=True),
        "organization_id": models.UUIDField(),
        "started_at": models.DateTimeField(),
        "run_id": models.UUIDField(),
        "source_id": models.UUIDField(),
        **{name: models.BigIntegerField(null=True) for name in NUMBERS},
        **{name: models.TextField(default="") for name in TEXTS},
        "counted": models.BooleanField(default=True),
        "cost": models.DecimalField(max_digits=20, decimal_places=10, null=True),
        "created_at": models.DateTimeField(auto_now_add=True),
        "Meta": type("Meta", (), {"app_label": "bench", "db_table": "bench_event"}),
    },
)


class PayloadSerializer(serializers.Serializer[Any]):
    """What the published schema knows of a payload."""

    run_id = serializers.UUIDField()
    trace_id = serializers.CharField(max_length=200, required=False)
    session_id = serializers.CharField(max_length=200, required=False)
    user_id = serializers.CharField(max_length=200, required=False)
    agent_name = serializers.CharField(max_length=200, required=False)
    environment = serializers.CharField(max_length=200, required=False)
    app_id = serializers.CharField(max_length=200, required=False)
    status = serializers.CharField(max_length=200, required=False)
    error_type = serializers.CharField(max_length=200, required=False)
    error_message = serializers.CharField(max_length=1_000, required=False)
    latency_ms = serializers.FloatField(min_value=0, required=False)
    tool_name = serializers.CharField(max_length=200, required=False)
    tool_call_id = serializers.CharField(max_length=200, required=False)
    action = serializers.CharField(max_length=200, required=False)
    cost_tokens = serializers.IntegerField(min_value=0, required=False)
    provider = serializers.CharField(max_length=200, required=False)
    model = serializers.CharField(max_length=200, required=False)
    input_tokens = serializers.IntegerField(min_value=0, required=False)
    output_tokens = serializers.IntegerField(min_value=0, required=False)
    cache_read_tokens = serializers.IntegerField(min_value=0, required=False)
    cache_write_tokens = serializers.IntegerField(min_value=0, required=False)
    reasoning_tokens = serializers.IntegerField(min_value=0, required=False)


class EventSerializer(serializers.Serializer[Any]):
    event_id = serializers.UUIDField()
    tenant_id = serializers.UUIDField(required=False)
    event_type = serializers.ChoiceField(["ToolCall", "llm.complete"])
    timestamp = serializers.DateTimeField()
    instance_id = serializers.CharField(max_length=200)
    version = serializers.ChoiceField(["v1"], default="v1")
    payload = PayloadSerializer()


class Events(APIView):
    def post(self, request: Request) -> Response:
        organization = _organization(request)
        incoming = EventSerializer(data=request.data["events"], many=True)
        incoming.is_valid(raise_exception=True)
        rows = [_row(organization, each) for each in incoming.validated_data]
        Event.objects.bulk_create(rows, ignore_conflicts=True)  # type: ignore[attr-defined]
        return Response({"accepted": len(rows)})


def _row(organization: Any, told: dict[str, Any]) -> Any:
    payload = told["payload"]
    took = timedelta(milliseconds=payload.get("latency_ms", 0))
    return Event(
        id=told["event_id"],
        organization_id=organization,
        started_at=told["timestamp"] - took,
        run_id=payload["run_id"],
        source_id=uuid5(organization, told["instance_id"]),
        span_id=told["event_id"].int >> 65,
        kind="llm" if told["event_type"] == "llm.complete" else "tool",
        status="error" if payload.get("status") == "failed" else "ok",
        name=payload.get("tool_name") or f"chat {payload.get('model', '')}",
        duration_us=took // timedelta(microseconds=1),
        vendor=payload.get("provider", ""),
        model=payload.get("model", ""),
        input_tokens=payload.get("input_tokens"),
        output_tokens=payload.get("output_tokens"),
        cached_tokens=payload.get("cache_read_tokens"),
        cache_write_tokens=payload.get("cache_write_tokens"),
        reasoning_tokens=payload.get("reasoning_tokens"),
        tool_name=payload.get("tool_name", ""),
        tool_call_id=payload.get("tool_call_id", ""),
        error_type=payload.get("error_type", ""),
        error_message=payload.get("error_message", ""),
        attributes_json=json.dumps({"cost_tokens": payload.get("cost_tokens")}),
    )


def _organization(request: Request) -> Any:
    token = request.headers.get("Authorization", "").removeprefix("Bearer ")
    digest = hashlib.sha256(token.encode()).hexdigest()
    with connection.cursor() as cursor:
        cursor.execute("SELECT organization_id FROM accounts_apikey WHERE digest = %s", [digest])
        row = cursor.fetchone()
    if row is None:
        raise exceptions.AuthenticationFailed
    return row[0]


def health(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok")


urlpatterns = [
    path("api/health", health),
    path("api/v1/telemetry/events", Events.as_view()),
]
application = get_wsgi_application()
