"""The reference: the same rows through a plain Django REST framework list with a cursor.

Its own small project, as `startproject` and the framework's tutorial leave it, made no slower than
it need be: a connection pool, owners fetched with the agents, an API key found by its digest. It
logs in as the superuser, so row-level security costs it nothing.
"""

import hashlib
import os
from typing import Any

import django
import django_stubs_ext
from django.conf import settings

if not settings.configured:
    import environ

    DATABASE = environ.Env.db_url_config(os.environ["DATABASE_URL"])
    settings.configure(
        SECRET_KEY="bench",
        ALLOWED_HOSTS=["*"],
        DATABASES={
            "default": {**DATABASE, "USER": "postgres", "OPTIONS": {"pool": {"max_size": 8}}}
        },
        INSTALLED_APPS=[
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.sessions",
            "django.contrib.messages",
            "rest_framework",
            # The product's rows point at rows of these.
            "guardian",
            "allauth.usersessions",
            "bench.only_rows.Accounts",
            "bench.only_rows.Connectors",
            "bench.only_rows.Agents",
        ],
        AUTH_USER_MODEL="accounts.User",
        ROOT_URLCONF="bench.plain",
        MIDDLEWARE=[
            "django.middleware.security.SecurityMiddleware",
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.common.CommonMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "django.contrib.messages.middleware.MessageMiddleware",
            "django.middleware.clickjacking.XFrameOptionsMiddleware",
        ],
        USE_TZ=True,
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    )
    django_stubs_ext.monkeypatch()
    django.setup()

from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path
from rest_framework import authentication, exceptions, generics, pagination, serializers

from accounts.models import ApiKey
from agents.models import Agent

FIELDS: list[str] = os.environ.get("ARM_BENCH_FIELDS", "id,name").split(",")


class KeyAuthentication(authentication.BaseAuthentication):
    def authenticate(self, request: Any) -> tuple[Any, Any]:
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        digest = hashlib.sha256(token.encode()).hexdigest()
        key = ApiKey._base_manager.select_related("user").filter(digest=digest).first()
        if key is None:
            raise exceptions.AuthenticationFailed
        return key.user, key


class AgentSerializer(serializers.ModelSerializer[Agent]):
    owner_name = serializers.CharField(source="owner.name", default=None)

    class Meta:
        model = Agent
        fields = FIELDS


class Newest(pagination.CursorPagination):
    ordering = "-id"
    page_size = 20


class AgentList(generics.ListAPIView[Agent]):
    authentication_classes = [KeyAuthentication]
    pagination_class = Newest
    serializer_class = AgentSerializer

    def get_queryset(self) -> Any:
        agents = Agent._base_manager.select_related("owner")
        agents = agents.filter(organization_id=self.request.auth.organization_id)
        for word in self.request.query_params.get("search", "").split():
            agents = agents.filter(name__icontains=word)
        return agents


def health(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok")


urlpatterns = [path("api/health", health), path("agents", AgentList.as_view())]
application = get_wsgi_application()
