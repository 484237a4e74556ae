"""Whom ARM tells: channels, and a test message for each."""

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from unfold.decorators import action, display

from accounts.fence import fenced
from accounts.scoping.admin import StudioAdmin, show_once
from accounts.scoping.cells import moment
from accounts.scoping.dialogs import dialog, show_trial
from governance.actions.delete_channel import delete_channel
from governance.actions.test_channel import test_channel
from governance.forms import ChannelForm
from governance.models import Channel


@admin.register(Channel)
class ChannelAdmin(StudioAdmin):
    permissions = {
        "view": "alerts.read",
        "add": "alerts.write",
        "change": "alerts.write",
        "delete": "alerts.write",
    }
    form = ChannelForm
    change_list_template = "governance/channels.html"
    list_display = ["name", "kind_label", "leads", "default", "state", "tested", "last_error"]
    list_filter = ["kind", "is_default"]
    search_fields = ["name"]
    ordering = ("name", "id")
    fields = ["name", "kind", "emails", "target", "signing_secret", "is_default"]
    conditional_fields = {
        "emails": "kind == 'email'",
        "target": "kind && kind != 'email'",
        "signing_secret": "kind == 'webhook'",
    }
    actions_row = ["try_out"]
    actions_detail = ["try_out"]

    def get_fields(self, request: HttpRequest, obj: Channel | None = None) -> list[str]:
        """Show of an existing channel where it leads and only what belongs to its kind."""
        if obj is None:
            return self.fields
        if not self.has_change_permission(request):
            return ["name", "kind_label", "leads", "default", "state", "tested"]
        own = {"email": ["emails"], "webhook": ["leads", "target", "signing_secret"]}
        return ["name", "kind", *own.get(obj.kind, ["leads", "target"]), "is_default"]

    def get_readonly_fields(self, request: HttpRequest, obj: Channel | None = None) -> list[str]:
        return ["leads"] if obj else []

    def save_model(self, request: HttpRequest, obj: Channel, form: Any, change: bool) -> None:
        """Show a signing secret that was made, this once, and say what to do next."""
        if form.made:
            show_once(request, "signing secret", form.made)
        if obj.verified_at is None:
            messages.info(request, "Send a test message to see whether it arrives.")

    def delete_model(self, request: HttpRequest, obj: Channel) -> None:
        delete_channel(obj)

    @action(
        description="Send a test message",
        icon="send",
        permissions=["change"],
        dialog=dialog(
            "Send a test message?", "It goes out at once; you see whether it arrived.", "Send"
        ),
    )
    def try_out(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        with fenced():
            channel = self.get_object(request, object_id)
        listed = reverse("admin:governance_channel_changelist")
        return show_trial(request, channel, test_channel, otherwise=listed)

    try_out.own_transactions = True

    @display(description="Kind", ordering="kind")
    def kind_label(self, row: Channel) -> str:
        return row.get_kind_display()

    @display(description="Leads to")
    def leads(self, row: Channel) -> str:
        return row.leads_to or "-"

    @display(description="Default", label=True)
    def default(self, row: Channel) -> str:
        return "Default" if row.is_default else ""

    @display(
        description="State",
        label={"Works": "success", "Not tested": "default", "Failing": "danger"},
    )
    def state(self, row: Channel) -> str:
        if row.last_error:
            return "Failing"
        return "Works" if row.verified_at else "Not tested"

    @display(description="Tested")
    def tested(self, row: Channel) -> str | None:
        return moment(row.verified_at)
