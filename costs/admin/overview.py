"""The page of costs, and its button."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.views.decorators.http import require_GET, require_POST

from accounts.permissions import has_permission
from armproject.lib.errors import DomainError
from costs.actions.request_readings import request_readings
from costs.forms import PeriodForm
from costs.page import read_page

OVERVIEW = "costs_overview"


def urls() -> list[Any]:
    """Return the addresses of the page and of its button."""
    view = admin.site.admin_view
    return [
        path("overview", view(require_GET(overview)), name=OVERVIEW),
        path("overview/sync", view(require_POST(sync)), name="costs_sync"),
    ]


def overview(request: HttpRequest) -> HttpResponse:
    """Show what agents cost."""
    if not has_permission("costs.read"):
        raise PermissionDenied
    form = PeriodForm(request.GET)
    page = read_page(
        form.chosen_stretch(),
        request.GET.get("currency", ""),
        form.chosen_payer(),
        request.GET.get("all", ""),
    )
    return render(
        request,
        "costs/overview.html",
        {**admin.site.each_context(request), "title": "Costs", "form": form, **page},
    )


def sync(request: HttpRequest) -> HttpResponse:
    """Queue the readings that the button asks for."""
    try:
        count = request_readings()
        messages.success(request, f"Readings under way: {count}. Reload to see what they found.")
    except DomainError as error:
        messages.error(request, error.message)
    return HttpResponseRedirect(reverse(f"admin:{OVERVIEW}"))
