"""The log of messages: what was sent to whom, what waits, what was given up."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from unfold.decorators import action, display

from accounts.permissions import has_permission
from accounts.scoping.admin import ReadOnlyAdmin, run_on_each
from accounts.scoping.cells import moment
from accounts.scoping.dialogs import answer, dialog
from governance.actions.resend_notification import resend_notification
from governance.admin.words import SENT_COLOURS
from governance.models import Notification


@admin.register(Notification)
class NotificationAdmin(ReadOnlyAdmin):
    permissions = {"view": "alerts.read"}
    change_list_template = "governance/notifications.html"
    list_display = ["what", "alert_link", "to", "state_label", "attempts", "at", "error"]
    list_filter = ["state", "transition"]
    search_fields = ["channel_label", "alert__title"]
    list_select_related = ["alert", "channel"]
    fields = ["what", "alert_link", "channel_label", "message", "state_label", "attempts"]
    fields += ["last_error", "created_at", "sent_at", "give_up_at"]
    readonly_fields = fields
    actions = ["resend_many"]
    actions_row = ["resend"]
    actions_detail = ["resend"]

    def has_resend_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return has_permission("alerts.write")

    @action(description="Send again", permissions=["resend"])
    def resend_many(self, request: HttpRequest, queryset: Any) -> None:
        run_on_each(request, queryset, resend_notification, "Queued again")

    @action(
        description="Send again",
        icon="redo",
        permissions=["resend"],
        dialog=dialog("Send this message again?", "It is tried for another day.", "Send again"),
    )
    def resend(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        row = self.get_object(request, object_id)
        listed = reverse("admin:governance_notification_changelist")
        return answer(request, row, resend_notification, "Queued again.", otherwise=listed)

    @display(description="Message")
    def what(self, row: Notification) -> str:
        return row.get_transition_display()

    @display(description="Alert")
    def alert_link(self, row: Notification) -> Any:
        url = reverse("admin:governance_alert_change", args=[row.alert_id])
        return format_html('<a class="gov-link" href="{}">{}</a>', url, row.alert)

    @display(description="To")
    def to(self, row: Notification) -> str:
        return row.channel_label

    @display(description="State", label=SENT_COLOURS)
    def state_label(self, row: Notification) -> str:
        return row.get_state_display()

    @display(description="When")
    def at(self, row: Notification) -> str | None:
        return moment(row.sent_at or row.created_at)

    @display(description="Last error")
    def error(self, row: Notification) -> str:
        return row.last_error or "-"
