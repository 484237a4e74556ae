"""The site map: the Studio, the API, its documentation, and health."""

from importlib.util import find_spec

from django.contrib import admin
from django.http import HttpRequest, HttpResponseRedirect
from django.templatetags.static import static
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from accounts.api.auth_urls import auth_urls
from accounts.pages.sso import begin, callback
from armproject.health import HealthView
from armproject.metrics import metrics
from armproject.welcome import WelcomeView
from memory.mcp.view import McpView
from telemetry.api.agent_runs import AgentRunViewSet
from telemetry.api.otlp_urls import urlpatterns as otlp_urls

API = ("accounts", "jobs", "governance", "connectors", "agents", "telemetry", "memory", "costs")


def favicon(request: HttpRequest) -> HttpResponseRedirect:
    """Lead browsers that ask by habit to the mark."""
    return HttpResponseRedirect(static("studio/mark.svg"))


urlpatterns: list[URLPattern | URLResolver] = [
    path("", RedirectView.as_view(url="/studio/"), name="home"),
    path("favicon.ico", favicon),
    path("admin/", RedirectView.as_view(url="/studio/")),
    path("studio", RedirectView.as_view(url="/studio/")),
    path("studio/sso/<slug:provider_id>", begin, name="openid_connect_begin"),
    path("studio/sso/<slug:provider_id>/back", callback, name="openid_connect_callback"),
    path("studio/", admin.site.urls),
    path("api/v1", WelcomeView.as_view(), name="welcome"),
    path("api/v1/health", HealthView.as_view(), name="health"),
    path("api/health", HealthView.as_view(schema=None)),
    path("metrics", metrics, name="metrics"),
    path("api/schema", SpectacularAPIView.as_view(), name="schema"),
    path("api/docs", SpectacularSwaggerSplitView.as_view(url_name="schema"), name="docs"),
    path("api/", include(auth_urls(schema=None))),
    *otlp_urls,
    # Before an agent's own page, which would take the word for its id.
    path("api/v1/agents/runs", AgentRunViewSet.as_view({"get": "list"}, schema=None)),
    path("api/v1/mcp", McpView.as_view(), name="mcp"),
    *(path("api/v1/", include(f"{app}.api.urls")) for app in API if find_spec(f"{app}.api.urls")),
]

handler400 = "armproject.lib.error_pages.bad_request"
handler403 = "armproject.lib.error_pages.permission_denied"
handler404 = "armproject.lib.error_pages.page_not_found"
handler500 = "armproject.lib.error_pages.server_error"
