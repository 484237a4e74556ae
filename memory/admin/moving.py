"""Files of memories: the history of imports, the way in, and the way out."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from unfold.decorators import display

from accounts.permissions import has_permission
from accounts.scoping.admin import ReadOnlyAdmin
from accounts.scoping.cells import moment
from accounts.signin.errors import StepUpNeeded
from armproject.lib.errors import DomainError
from memory.actions.discard_import import discard_import
from memory.actions.import_memories import import_memories
from memory.actions.undo_import import undo_import
from memory.formats import FORMATS
from memory.forms.moving import ExportForm, FileForm
from memory.models import ImportState, MemoryImport, Signer
from memory.moving import Outcome

SHOW = "admin:memory_memoryimport_change"
LIST = "admin:memory_memoryimport_changelist"
STATE_COLOURS = {
    ImportState.EXAMINED.label: "info",
    ImportState.QUEUED.label: "info",
    ImportState.RUNNING.label: "info",
    ImportState.DONE.label: "success",
    ImportState.FAILED.label: "danger",
    ImportState.UNDONE.label: "default",
    ImportState.DISCARDED.label: "default",
}
WORDS = {
    Outcome.NEW: "new",
    Outcome.SAME: "known already",
    Outcome.CHANGED: "changed",
    Outcome.WITHHELD: "wait for a review",
    Outcome.REFUSED: "refused",
}
SIGNED = {
    Signer.OURS: "Signed by this installation: it is as it was exported here.",
    Signer.FOREIGN: "Signed by another installation: it is as it was exported there.",
}


def _start(row: MemoryImport) -> str:
    import_memories(row)
    return "It is being imported; this page shows how far it is."


def _discard(row: MemoryImport) -> str:
    discard_import(row)
    return "Discarded: nothing of the file is kept."


def _undo(row: MemoryImport) -> str:
    undone = undo_import(row)
    left = f" {undone.left} were changed since and left." if undone.left else ""
    return f"Undone: {undone.erased} erased, {undone.changed_back} changed back.{left}"


DEEDS: dict[str, Callable[[MemoryImport], str]] = {
    "start": _start,
    "discard": _discard,
    "undo": _undo,
}


@admin.register(MemoryImport)
class MemoryImportAdmin(ReadOnlyAdmin):
    permissions = {"view": "memories.import"}
    list_title = "Imports and exports"
    empty_title = "No file was imported yet"
    empty_text = (
        "Bring what agents learned elsewhere: a bundle of ARM, or a dump of mem0, Zep or Letta."
        " You see what would happen before anything does, and an import can be undone as a whole."
    )
    change_list_template = "memory/imports.html"
    list_display = ["name_cell", "format_label", "state_label", "new_cell", "since", "by"]
    list_filter = ["state"]
    ordering = ("-created_at", "-id")

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view
        return [
            path("bring/", view(self.bring_page), name="memory_import_bring"),
            path("export/", view(self.export_page), name="memory_export"),
            *super().get_urls(),
        ]

    def bring_page(self, request: HttpRequest) -> HttpResponse:
        """Choose a file; it is looked at, and its page says what would happen."""
        _require("memories.import")
        form = FileForm(request.POST or None, request.FILES or None)
        if form.is_valid():
            return HttpResponseRedirect(reverse(SHOW, args=[form.outcome.pk]))
        return self._page(request, "bring", "Import memories", form=form)

    def export_page(self, request: HttpRequest) -> HttpResponseBase:
        """Choose what goes into a file, and take it."""
        _require("memories.export")
        form = ExportForm(request.POST or None)
        if form.is_valid():
            file: HttpResponseBase = form.outcome
            return file
        return self._page(request, "export", "Export memories", form=form)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Show what would happen, or what did, and do what is asked."""
        row = self.get_object(request, object_id)
        if row is None or not self.has_view_permission(request, row):
            shown: HttpResponse = super().change_view(request, object_id, form_url, extra_context)
            return shown
        if request.method == "POST":
            return _done(request, row)
        counts = [(WORDS[each], row.counts.get(each, 0), each.value) for each in Outcome]
        return self._page(
            request,
            "import",
            str(row),
            row=row,
            colour=STATE_COLOURS.get(row.get_state_display(), "info"),
            findings=sorted(row.findings, key=lambda each: each["line"]),
            counts=counts,
            preferences=row.counts.get("preferences", 0),
            format=FORMATS[row.format].label if row.format in FORMATS else row.format,
            signed=SIGNED.get(row.signer, ""),
            takes=sum(row.counts.get(each, 0) for each in ("new", "changed", "withheld")),
        )

    def _page(self, request: HttpRequest, name: str, title: str, **shown: Any) -> HttpResponse:
        form = shown.get("form")
        context = {
            **self.admin_site.each_context(request),
            "title": title,
            "is_refused": form is not None and form.is_bound,
            "may_import": has_permission("memories.import"),
            "may_export": has_permission("memories.export"),
            **shown,
        }
        return TemplateResponse(request, f"memory/{name}.html", context)

    @display(description="File")
    def name_cell(self, row: MemoryImport) -> str:
        return str(row)

    @display(description="Read as")
    def format_label(self, row: MemoryImport) -> str:
        return FORMATS[row.format].label if row.format in FORMATS else row.format

    @display(description="State", label=STATE_COLOURS)
    def state_label(self, row: MemoryImport) -> str:
        return row.get_state_display()

    @display(description="New")
    def new_cell(self, row: MemoryImport) -> str | None:
        number = row.counts.get("new", 0)
        return f"{number:,} of {row.lines:,}" if row.lines else None

    @display(description="Brought", ordering="created_at")
    def since(self, row: MemoryImport) -> str | None:
        return moment(row.created_at)

    @display(description="By")
    def by(self, row: MemoryImport) -> str | None:
        return row.created_by or None


def _require(permission: str) -> None:
    if not has_permission(permission):
        raise PermissionDenied


def _done(request: HttpRequest, row: MemoryImport) -> HttpResponse:
    """Start, discard or undo, and say what became of it."""
    act = DEEDS.get(request.POST.get("do", ""))
    try:
        if act is not None:
            messages.success(request, act(row))
    except StepUpNeeded:
        raise
    except DomainError as error:
        messages.error(request, error.message)
    return HttpResponseRedirect(reverse(SHOW, args=[row.pk]))
