"""What was sent and could not be kept: look at it, try once more, or drop it."""

import json
from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.html import format_html
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
MOST_SHOWN = 3_000


@admin.register(Quarantined)
class QuarantinedAdmin(ReadOnlyAdmin):
    permissions = {"view": "quarantine.read", "delete": "quarantine.decide"}
    list_title = "Quarantine"
    delete_words = "Discard"
    empty_title = "Nothing is in quarantine"
    empty_text = "What agents send and cannot be kept waits here, sealed, until somebody decides."
    list_display = ["item", "door", "reason", "bytes", "seen"]
    list_filter = ["door"]
    search_fields = ["item_id", "reason__istartswith"]
    search_help_text = "A whole id, or how a reason begins"
    fields = ["item", "door", "reason", "bytes", "created_at"]
    readonly_fields = fields
    actions = ["replay_many", "discard_many"]
    actions_detail = ["look", "replay", "replay_reason"]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return has_permission("quarantine.decide")

    def has_decide_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return has_permission("quarantine.decide")

    def has_open_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return has_permission("quarantine.open")

    def delete_model(self, request: HttpRequest, obj: Quarantined) -> None:
        discard_quarantined(obj)

    @action(description="Replay", permissions=["decide"])
    def replay_many(self, request: HttpRequest, queryset: Any) -> None:
        run_on_each(request, queryset, replay_quarantined, "Kept now")

    @action(description="Discard", permissions=["decide"])
    def discard_many(self, request: HttpRequest, queryset: Any) -> None:
        run_on_each(request, queryset, discard_quarantined, "Discarded")

    @action(
        description="Look inside",
        icon="visibility",
        permissions=["open"],
        dialog=dialog("Look at what was sent?", "The audit log notes that you looked.", "Look"),
    )
    def look(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        def act(row: Quarantined) -> None:
            told = json.dumps(open_quarantined(row), indent=2, ensure_ascii=False)
            messages.info(request, format_html("<pre>{}</pre>", told[:MOST_SHOWN]))

        row = self.get_object(request, object_id)
        return answer(request, row, act, "That you looked is noted.", otherwise=reverse(LISTED))

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
