"""What was sent and could not be kept: look at it, try once more, or drop it."""

import json
from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from unfold.decorators import action, display

from accounts.permissions import has_permission
from accounts.scoping.admin import ReadOnlyAdmin, run_on_each
from accounts.scoping.cells import moment
from accounts.scoping.dialogs import answer, dialog
from telemetry.actions.discard_quarantined import discard_quarantined
from telemetry.actions.open_quarantined import open_quarantined
from telemetry.actions.replay_quarantine import replay_quarantine
from telemetry.actions.replay_quarantined import replay_quarantined
from telemetry.models import Quarantined

LISTED = "admin:telemetry_quarantined_changelist"


@admin.register(Quarantined)
class QuarantinedAdmin(ReadOnlyAdmin):
    permissions = {"view": "quarantine.read", "delete": "quarantine.decide"}
    list_title = "Quarantine"
    delete_words = "Discard"
    empty_title = "Nothing is in quarantine"
    empty_text = "What agents send and cannot be kept waits here, sealed, until somebody decides."
    list_display = ["item", "door", "reason", "bytes", "seen"]
    list_filter = ["door"]
    search_fields = ["item_id"]
    search_help_text = "A whole id, or how a reason begins"
    fields = ["item", "door", "reason", "bytes", "seen"]
    readonly_fields = fields
    actions = ["replay_many", "discard_many"]
    actions_detail = ["replay", "replay_reason"]
    change_form_after_template = "telemetry/inside.html"

    def get_search_results(
        self, request: HttpRequest, queryset: Any, search_term: str
    ) -> tuple[Any, bool]:
        term = search_term.strip()
        return (queryset.found(term) if term else queryset), False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return has_permission("quarantine.decide")

    def has_decide_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return has_permission("quarantine.decide")

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Show an item; what is in it is opened for who asks for that, and noted."""
        may_open = has_permission("quarantine.open")
        row = self.get_object(request, object_id) if may_open and "inside" in request.GET else None
        told = json.dumps(open_quarantined(row), indent=2, ensure_ascii=False) if row else ""
        extra = {"may_open": may_open, "told": told, **(extra_context or {})}
        answer: HttpResponse = super().change_view(request, object_id, form_url, extra)
        return answer

    def delete_model(self, request: HttpRequest, obj: Quarantined) -> None:
        discard_quarantined(obj)

    @action(description="Replay", permissions=["decide"])
    def replay_many(self, request: HttpRequest, queryset: Any) -> None:
        run_on_each(request, queryset, replay_quarantined, "Kept now")

    @action(description="Discard", permissions=["decide"])
    def discard_many(self, request: HttpRequest, queryset: Any) -> None:
        run_on_each(request, queryset, discard_quarantined, "Discarded")

    @action(
        description="Replay",
        icon="replay",
        permissions=["decide"],
        dialog=dialog("Try to keep it once more?", "It is read through its door again.", "Replay"),
    )
    def replay(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        row = self.get_object(request, object_id)
        return answer(request, row, replay_quarantined, "Kept now.", otherwise=reverse(LISTED))

    @action(
        description="Replay all of this reason",
        icon="playlist_play",
        permissions=["decide"],
        dialog=dialog(
            "Try to keep everything with this reason?", "Up to 500 items, the oldest first.", "Try"
        ),
    )
    def replay_reason(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        def act(row: Quarantined) -> None:
            kept, refused = replay_quarantine(row.reason)
            messages.info(request, f"Kept now: {kept}. Still refused: {refused}.")

        row = self.get_object(request, object_id)
        return answer(request, row, act, "Tried again.", otherwise=reverse(LISTED))

    @display(description="Item")
    def item(self, row: Quarantined) -> str:
        return str(row)

    @display(description="Size")
    def bytes(self, row: Quarantined) -> str:
        return filesizeformat(row.size)

    @display(description="First seen")
    def seen(self, row: Quarantined) -> str | None:
        return moment(row.created_at)
