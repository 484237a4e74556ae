"""How much is kept and used, and forgetting what is old."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.permissions import has_permission
from memory.access import reach_of_call
from memory.forms import CleaningForm
from memory.reports import usage


def show_usage(request: HttpRequest) -> HttpResponse:
    """Show how much is kept and used; what was asked to be cleaned up is counted, or forgotten."""
    may_clean = has_permission("memories.manage")
    if not has_permission("memories.read") or (request.method == "POST" and not may_clean):
        raise PermissionDenied
    form = CleaningForm(request.POST or None)
    is_told = form.is_valid()
    context = {
        **admin.site.each_context(request),
        "title": "Usage of memory",
        "form": form,
        "cleaned": form.outcome if is_told else None,
        "is_applied": "apply" in request.POST,
        "may_clean": may_clean,
        **usage(reach_of_call().rows()),
    }
    return render(request, "memory/usage.html", context)
