"""Who outside hears of what happens: subscriptions, and a test event for each."""

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from unfold.decorators import action, display

from accounts.fence import fenced
from accounts.scoping.admin import StudioAdmin, show_once
from accounts.scoping.cells import moment
from accounts.scoping.dialogs import answer, dialog, show_trial
from jobs.actions.delete_subscription import delete_subscription
from jobs.actions.replay_dead_letters import replay_dead_letters
from jobs.actions.replay_events_since import replay_events_since
from jobs.actions.rotate_subscription_secret import rotate_subscription_secret
from jobs.actions.test_subscription import test_subscription
from jobs.forms import SinceForm, SubscriptionForm
from jobs.models import Subscription

LISTED = "admin:jobs_subscription_changelist"
STATE_COLOURS = {"On": "success", "Failing": "warning", "Paused": "danger", "Off": "default"}


@admin.register(Subscription)
class SubscriptionAdmin(StudioAdmin):
    permissions = {
        "view": "subscriptions.read",
        "add": "subscriptions.write",
        "change": "subscriptions.write",
        "delete": "subscriptions.write",
    }
    form = SubscriptionForm
    change_list_template = "jobs/subscriptions.html"
    list_display = ["name", "leads", "about", "state_label", "last", "deliveries_link", "trouble"]
    list_filter = ["state", "kind"]
    search_fields = ["name"]
    ordering = ("name", "id")
    fields = ["name", "kind", "address", "topics", "is_on"]
    actions_row = ["try_out"]
    actions_detail = ["try_out", "rotate", "replay_all", "replay_since"]

    def get_fields(self, request: HttpRequest, obj: Subscription | None = None) -> list[str]:
        """Show of an existing one where it leads and how it fares."""
        if obj is None:
            return ["name", "kind", "address", "topics"]
        if not self.has_change_permission(request):
            return ["name", "leads", "about", "state_label", "last", "trouble", "lost"]
        return ["name", "leads", "address", "topics", "is_on", "last", "trouble", "lost"]

    def get_readonly_fields(
        self, request: HttpRequest, obj: Subscription | None = None
    ) -> list[str]:
        return ["leads", "last", "trouble", "lost"] if obj else []

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Show the secret that was made, this once."""
        if form.made:
            show_once(request, "signing secret", form.made)

    def delete_model(self, request: HttpRequest, obj: Subscription) -> None:
        delete_subscription(obj)

    @action(
        description="Send a test event",
        icon="send",
        permissions=["change"],
        dialog=dialog("Send a test event?", "It goes out at once; you see the answer.", "Send"),
    )
    def try_out(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        with fenced():
            row = self.get_object(request, object_id)
        return show_trial(request, row, test_subscription, otherwise=reverse(LISTED))

    try_out.own_transactions = True

    @action(
        description="New secret",
        icon="key",
        permissions=["change"],
        dialog=dialog(
            "Sign with a new secret?",
            "It is shown once. The present one counts for another day, so that the receiver can"
            " change over.",
            "New secret",
        ),
    )
    def rotate(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        def act(row: Subscription) -> None:
            show_once(request, "signing secret", rotate_subscription_secret(row))

        row = self.get_object(request, object_id)
        return answer(request, row, act, "It signs with both for a day.", otherwise=reverse(LISTED))

    @action(
        description="Replay what was given up",
        icon="replay",
        permissions=["change"],
        dialog=dialog(
            "Replay everything that was given up?", "It is tried for another day.", "Replay"
        ),
    )
    def replay_all(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        row = self.get_object(request, object_id)
        return answer(request, row, replay_dead_letters, "Queued.", otherwise=reverse(LISTED))

    @action(
        description="Replay since",
        icon="history",
        permissions=["change"],
        dialog=dialog(
            "Send what happened since then once more?",
            "Events keep their ids, by which the receiver knows those it had.",
            "Replay",
            SinceForm,
        ),
    )
    def replay_since(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        def act(row: Subscription) -> None:
            number = replay_events_since(row, form.cleaned_data["since"])
            messages.info(request, f"Events to be sent again: {number}.")

        row = self.get_object(request, object_id)
        return answer(request, row, act, "Queued.", otherwise=reverse(LISTED))

    @display(description="Leads to")
    def leads(self, row: Subscription) -> str:
        return row.address_hint

    @display(description="Hears of")
    def about(self, row: Subscription) -> str:
        return ", ".join(row.topics)

    @display(description="State", label=STATE_COLOURS)
    def state_label(self, row: Subscription) -> str:
        return "Failing" if row.is_on and row.last_error else row.get_state_display()

    @display(description="Last delivered")
    def last(self, row: Subscription) -> str | None:
        if row.last_delivered_at is None:
            return "not yet"
        return moment(row.last_delivered_at)

    @display(description="Deliveries")
    def deliveries_link(self, row: Subscription) -> Any:
        page = reverse("admin:jobs_delivery_changelist")
        query = urlencode({"subscription__id__exact": str(row.pk)})
        return format_html('<a class="gov-link" href="{}?{}">See them</a>', page, query)

    @display(description="Last error")
    def trouble(self, row: Subscription) -> str | None:
        return row.last_error or None
