"""The page of performance."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_GET

from accounts.permissions import has_permission
from telemetry.forms.performance import PerformanceForm, scope_choices
from telemetry.page import read_page


def urls() -> list[Any]:
    """Return the address of the page."""
    view = admin.site.admin_view
    return [path("performance", view(require_GET(performance)), name="telemetry_performance")]


def performance(request: HttpRequest) -> HttpResponse:
    """Show how well agents work."""
    if not has_permission("runs.read"):
        raise PermissionDenied
    form = PerformanceForm(request.GET)
    of, key = form.chosen_scope()
    page = read_page(form.chosen_period(), of, key, form.chosen_parts())
    context = {
        **admin.site.each_context(request),
        "title": "Performance",
        "groups": scope_choices(page["scope"]),
        **page,
    }
    return render(request, "telemetry/performance.html", context)
