"""Reading a locked memory, locking one, and taking its passphrase off."""

from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from accounts.permissions import has_permission
from memory.access import reach_of_call
from memory.forms import PassphraseForm
from memory.models import Memory, MemoryState

WRITES = ("lock", "unlock")


@never_cache
@sensitive_post_parameters("passphrase")
def show_passphrase(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Ask for the passphrase of a memory; what it says is shown once, on the answer's page."""
    may_write = has_permission("memories.write")
    is_writing = any(name in request.POST for name in WRITES)
    if not has_permission("memories.read") or (is_writing and not may_write):
        raise PermissionDenied
    rows = reach_of_call().rows().exclude(state=MemoryState.FORGOTTEN)
    memory = rows.filter(pk=pk).first()
    if memory is None:
        raise Http404
    form = PassphraseForm(memory, request.POST or None)
    with transaction.atomic():
        is_done = form.is_valid()
    if is_done and form.done:
        messages.success(request, form.done)
        return redirect("admin:memory_memory_change", pk)
    context = {
        **admin.site.each_context(request),
        "title": "Passphrase",
        "memory": memory,
        "form": form,
        "may_write": may_write,
    }
    return render(request, "memory/passphrase.html", context)


# Tells tests of the fence which row the address names.
show_passphrase.parameter_models = {"pk": Memory}  # type: ignore[attr-defined]
