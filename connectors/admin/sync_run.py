"""Readings of vendors: facts, never edited."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from unfold.decorators import display

from accounts.scoping.admin import ReadOnlyAdmin
from connectors.admin.words import STATE_COLOURS, found_words
from connectors.models import SyncRun


@admin.register(SyncRun)
class SyncRunAdmin(ReadOnlyAdmin):
    permissions = {"view": "connections.read"}
    list_display = ["kind_of", "link", "state_label", "started_at", "took", "outcome", "missed"]
    list_filter = ["kind", "state"]
    search_fields = ["connection__name"]
    list_select_related = ["connection"]
    fields = ["kind_of", "link", "state_label", "requested_by", "started_at", "finished_at"]
    fields += ["outcome", "missed_list", "error"]
    readonly_fields = fields

    def get_list_display_links(self, request: HttpRequest, list_display: Any) -> Any:
        return ["kind_of"]

    @display(description="Reading", ordering="kind")
    def kind_of(self, row: SyncRun) -> str:
        return row.get_kind_display()

    @display(description="Connection")
    def link(self, row: SyncRun) -> str:
        url = reverse("admin:connectors_connection_change", args=[row.connection_id])
        return format_html('<a href="{}">{}</a>', url, row.connection)

    @display(description="State", ordering="state", label=STATE_COLOURS)
    def state_label(self, row: SyncRun) -> str:
        return row.get_state_display()

    @display(description="Took")
    def took(self, row: SyncRun) -> str:
        return row.took

    @display(description="Found")
    def outcome(self, row: SyncRun) -> str:
        return row.error[:80] or (found_words(row.found) if row.finished_at else "")

    @display(description="Not read")
    def missed(self, row: SyncRun) -> str:
        return str(len(row.unread) or "")

    @display(description="Could not be read")
    def missed_list(self, row: SyncRun) -> str:
        items = ((each["what"], each["why"]) for each in row.unread)
        return format_html_join("", "<p><b>{}</b>: {}</p>", items) or "none"
