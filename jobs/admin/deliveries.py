"""The log of deliveries: what was sent where, what waits, what was given up and why."""

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
from jobs.actions.replay_delivery import replay_delivery
from jobs.models import Delivery

STATE_COLOURS = {
    "Waiting": "info",
    "Failed, will be tried again": "warning",
    "Delivered": "success",
    "Given up": "danger",
}


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyAdmin):
    permissions = {"view": "subscriptions.read"}
    list_title = "Deliveries"
    empty_title = "Nothing was sent yet"
    empty_text = "What happens is sent here to those who subscribe, up to 100 events at a time."
    list_display = ["what", "to", "state_label", "attempts", "response_code", "when", "error"]
    list_filter = ["state", "is_replay"]
    list_select_related = ["subscription"]
    fields = ["what", "to", "state_label", "attempts", "response_code", "last_error"]
    fields += ["created_at", "next_try_at", "give_up_at", "delivered_at", "id", "event_ids"]
    readonly_fields = fields
    actions = ["replay_many"]
    actions_detail = ["replay"]

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Let subscriptions link to their own deliveries."""
        mine = lookup == "subscription__id__exact"
        return mine or bool(super().lookup_allowed(lookup, value, request))

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """Offer to replay only what can be replayed."""
        is_dead = Delivery.objects.dead().filter(pk=object_id).exists()
        return list(super().get_actions_detail(request, object_id)) if is_dead else []

    def has_replay_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return has_permission("subscriptions.write")

    @action(description="Replay", permissions=["replay"])
    def replay_many(self, request: HttpRequest, queryset: Any) -> None:
        run_on_each(request, queryset, replay_delivery, "Queued again")

    @action(
        description="Replay",
        icon="replay",
        permissions=["replay"],
        dialog=dialog("Send this again?", "It is tried for another day.", "Replay"),
    )
    def replay(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        row = self.get_object(request, object_id)
        listed = reverse("admin:jobs_delivery_changelist")
        return answer(request, row, replay_delivery, "Queued again.", otherwise=listed)

    @display(description="Events")
    def what(self, row: Delivery) -> str:
        number = "1 event" if row.events == 1 else f"{row.events} events"
        return f"{number}, again" if row.is_replay else number

    @display(description="To")
    def to(self, row: Delivery) -> Any:
        url = reverse("admin:jobs_subscription_change", args=[row.subscription_id])
        return format_html('<a class="gov-link" href="{}">{}</a>', url, row.subscription)

    @display(description="State", label=STATE_COLOURS)
    def state_label(self, row: Delivery) -> str:
        return row.get_state_display()

    @display(description="When")
    def when(self, row: Delivery) -> str | None:
        at = row.delivered_at or row.created_at
        return moment(at)

    @display(description="Last error")
    def error(self, row: Delivery) -> str | None:
        return row.last_error or None
