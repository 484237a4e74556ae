"""Which agents were started by ARM, when, and what became of it."""

from typing import Any

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html
from unfold.decorators import display

from accounts.scoping.admin import ReadOnlyAdmin
from accounts.scoping.cells import moment
from agents.models import Invocation, InvocationState

COLOURS = {
    InvocationState.ASKED.label: "info",
    InvocationState.BEGUN.label: "success",
    InvocationState.REFUSED.label: "danger",
    InvocationState.UNKNOWN.label: "warning",
}


@admin.register(Invocation)
class InvocationAdmin(ReadOnlyAdmin):
    permissions = {"view": "agents.read"}
    list_display = ["who", "status", "asked", "session", "error"]
    list_display_links = None
    list_filter = ["state"]
    list_select_related = ["agent"]
    ordering = ("-id",)

    @display(description="Agent")
    def who(self, row: Invocation) -> Any:
        url = reverse("admin:agents_agent_change", args=[row.agent_id])
        return format_html('<a class="arm-more" href="{}">{}</a>', url, row.agent)

    @display(description="State", label=COLOURS)
    def status(self, row: Invocation) -> str:
        return row.get_state_display()

    @display(description="Asked for")
    def asked(self, row: Invocation) -> str | None:
        return moment(row.asked_at)
