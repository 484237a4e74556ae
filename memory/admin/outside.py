"""Memory services outside that are told of every memory."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from unfold.decorators import action, display

from accounts.scoping.admin import StudioAdmin
from accounts.scoping.cells import moment
from accounts.scoping.dialogs import answer, dialog
from memory.actions.remove_external_store import remove_external_store
from memory.actions.request_reconciliation import request_reconciliation
from memory.forms.moving import ExternalStoreForm
from memory.models import ExternalStore

LIST = "admin:memory_externalstore_changelist"
STATE_COLOURS = {"On": "success", "Failing": "warning", "Paused": "danger", "Off": "default"}


@admin.register(ExternalStore)
class ExternalStoreAdmin(StudioAdmin):
    permissions = {
        "view": "memories.manage",
        "add": "memories.manage",
        "change": "memories.manage",
        "delete": "memories.manage",
    }
    form = ExternalStoreForm
    list_title = "Memory services"
    add_words = "Add a memory service"
    delete_words = "Remove"
    empty_title = "Memories are kept here alone"
    empty_text = (
        "Add a memory service, and every memory is written through to it within seconds: kept,"
        " changed, forgotten. Both are compared every six hours, and what differs is repaired."
    )
    list_display = ["name", "leads", "state_label", "told", "compared_cell", "trouble"]
    list_select_related = ["subscription"]
    ordering = ("name", "id")
    actions_row = ["compare"]
    actions_detail = ["compare"]

    def get_queryset(self, request: HttpRequest) -> Any:
        rows = ExternalStore.objects.select_related("subscription__organization")
        return rows.annotate(
            copied=Count("copies"), refused=Count("copies", filter=~Q(copies__problem=""))
        )

    def get_fields(self, request: HttpRequest, obj: ExternalStore | None = None) -> list[str]:
        if obj is None:
            return ["name", "address", "key"]
        seen = ["told", "compared_cell", "trouble"]
        return ["name", "leads", "address", "key", "is_on", *seen]

    def get_readonly_fields(
        self, request: HttpRequest, obj: ExternalStore | None = None
    ) -> list[str]:
        return ["leads", "told", "compared_cell", "trouble"] if obj else []

    def delete_model(self, request: HttpRequest, obj: ExternalStore) -> None:
        remove_external_store(obj)

    @action(
        description="Compare now",
        icon="compare_arrows",
        permissions=["change"],
        dialog=dialog(
            "Compare it with what is known here?",
            "What it lacks is sent, what it should not have is taken out. Its other memories stay.",
            "Compare",
        ),
    )
    def compare(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        row = self.get_object(request, object_id)
        return answer(request, row, request_reconciliation, "Queued.", otherwise=reverse(LIST))

    @display(description="Leads to")
    def leads(self, row: ExternalStore) -> str:
        return row.subscription.address_hint

    @display(description="State", label=STATE_COLOURS)
    def state_label(self, row: ExternalStore) -> str:
        is_failing = row.subscription.is_on and (row.last_error or row.subscription.last_error)
        return "Failing" if is_failing else row.subscription.get_state_display()

    @display(description="Was told of")
    def told(self, row: Any) -> str:
        refused = f", {row.refused:,} refused" if row.refused else ""
        return f"{row.copied - row.refused:,}{refused}"

    @display(description="Compared")
    def compared_cell(self, row: ExternalStore) -> str | None:
        if row.compared_at is None:
            return "not yet"
        return moment(row.compared_at)

    @display(description="Last error")
    def trouble(self, row: ExternalStore) -> str | None:
        return row.last_error or row.subscription.last_error or None
