"""The reference for ingestion: a serializer of Django REST framework and bulk_create.

A small project as the framework's tutorial leaves it, with a connection pool and a key found by
its digest. It keeps the same facts of each event in one table with one unique key, and nothing
else: no runs, no sums, no sources. It logs in as the superuser, so row-level security costs it
nothing.
"""

import hashlib
import os
from typing import Any

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


class Event(models.Model):
    event_id = models.UUIDField(primary_key=True)
    organization_id = models.UUIDField()
    instance_id = models.TextField()
    event_type = models.TextField()
    timestamp = models.DateTimeField()
    payload = models.JSONField()

    class Meta:
        app_label = "bench"
        db_table = "bench_event"
        managed = False

    def __str__(self) -> str:
        return str(self.event_id)


class EventSerializer(serializers.ModelSerializer[Event]):
    event_id = serializers.UUIDField()

    class Meta:
        model = Event
        exclude = ["organization_id"]


class Events(APIView):
    def post(self, request: Request) -> Response:
        organization = _organization(request)
        incoming = EventSerializer(data=request.data["events"], many=True)
        incoming.is_valid(raise_exception=True)
        rows = [Event(organization_id=organization, **each) for each in incoming.validated_data]
        Event.objects.bulk_create(rows, ignore_conflicts=True)
        return Response({"accepted": len(rows)})


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
