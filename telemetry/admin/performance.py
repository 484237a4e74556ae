"""The page of performance."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.html import format_html
from django.views.decorators.http import require_GET, require_POST

from accounts.permissions import has_permission
from telemetry.actions.request_repair import request_repair
from telemetry.forms.performance import PerformanceForm, scope_choices
from telemetry.page import read_page


def urls() -> list[Any]:
    """Return the address of the page."""
    view = admin.site.admin_view
    return [
        path("performance", view(require_GET(performance)), name="telemetry_performance"),
        path("sums", view(require_POST(mend)), name="telemetry_mend_sums"),
    ]


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


def mend(request: HttpRequest) -> HttpResponse:
    """Have the sums that these pages show checked and mended, those of the last week."""
    if not has_permission("runs.repair"):
        raise PermissionDenied
    job = request_repair()
    page = reverse("admin:jobs_job_change", args=[job.pk])
    told = 'The sums of the last 7 days are being checked. <a href="{}">How far it is</a>'
    messages.success(request, format_html(told, page))
    return HttpResponseRedirect(reverse("admin:telemetry_performance"))
