"""What is wrong, or was: the list, one alert with its history, and what to do about it."""

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.db.models import Count, Max, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from unfold.decorators import action, display

from accounts.permissions import has_permission
from accounts.scoping.admin import COUNT_LIMIT, ReadOnlyAdmin, run_on_each
from accounts.scoping.cells import moment
from accounts.scoping.dialogs import NoteForm, answer, dialog
from governance.actions.acknowledge_alert import acknowledge_alert
from governance.actions.resolve_alert import resolve_alert
from governance.admin.words import SEVERITY_COLOURS, STATE_COLOURS, subject_link
from governance.models import (
    UNRESOLVED,
    Alert,
    AlertRule,
    AlertState,
    Notification,
    NotificationState,
)

LIST = "admin:governance_alert_changelist"
LATE_SECONDS = 20 * 60
TABS = (
    ("", "Unresolved", UNRESOLVED),
    ("open", "Open", (AlertState.OPEN,)),
    ("acknowledged", "Acknowledged", (AlertState.ACKNOWLEDGED,)),
    ("resolved", "Resolved", (AlertState.RESOLVED,)),
    ("all", "All", AlertState.values),
)


class StateFilter(admin.SimpleListFilter):
    """By state; without a choice, what is not resolved."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(key, label) for key, label, _ in TABS if key]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        states = {key: states for key, _, states in TABS}
        return queryset.filter(state__in=states.get(self.value() or "", UNRESOLVED))

    def choices(self, changelist: Any) -> Any:
        """Name the choice without a value by what it shows."""
        first, *others = super().choices(changelist)
        return [{**first, "display": "Unresolved"}, *others]


@admin.register(Alert)
class AlertAdmin(ReadOnlyAdmin):
    permissions = {"view": "alerts.read"}
    change_list_template = "governance/alerts.html"
    change_form_template = "governance/alert.html"
    list_display = ["title_cell", "severity_label", "subject", "what", "state_label", "since"]
    list_display_links = ["title_cell"]
    list_filter = [StateFilter, "severity"]
    search_fields = ["title", "subject_label"]
    actions = ["acknowledge_many", "resolve_many"]
    actions_row = ["acknowledge", "resolve"]
    actions_detail = ["acknowledge", "resolve"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Alert]:
        return Alert.objects.select_related("acknowledged_by", "resolved_by", "rule")

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        extra = {**_around(request), **(extra_context or {})}
        answer: HttpResponse = super().changelist_view(request, extra)
        return answer

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        alert = self.get_object(request, object_id)
        extra = _detail(alert) if alert else {}
        shown: HttpResponse = super().change_view(
            request, object_id, form_url, {**extra, **(extra_context or {})}
        )
        return shown

    @display(description="Alert", ordering="id")
    def title_cell(self, row: Alert) -> str:
        return row.title

    @display(description="Severity", label=SEVERITY_COLOURS)
    def severity_label(self, row: Alert) -> str:
        return row.get_severity_display()

    @display(description="About")
    def subject(self, row: Alert) -> Any:
        return subject_link(row.subject_type, row.subject_id, row.subject_label)

    @display(description="What was seen")
    def what(self, row: Alert) -> str:
        return row.message

    @display(description="State", label=STATE_COLOURS)
    def state_label(self, row: Alert) -> str:
        return row.get_state_display()

    @display(description="Since")
    def since(self, row: Alert) -> str | None:
        return moment(row.opened_at)

    def has_decide_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return has_permission("alerts.decide")

    @action(description="Acknowledge", permissions=["decide"])
    def acknowledge_many(self, request: HttpRequest, queryset: Any) -> None:
        run_on_each(request, queryset, acknowledge_alert, "Acknowledged")

    @action(description="Resolve", permissions=["decide"])
    def resolve_many(self, request: HttpRequest, queryset: Any) -> None:
        run_on_each(request, queryset, resolve_alert, "Resolved")

    @action(
        description="Acknowledge",
        icon="visibility",
        permissions=["decide"],
        dialog=dialog(
            "Acknowledge this alert?",
            "It stays open, everyone sees that you look after it, and nobody is reminded of it.",
            "Acknowledge",
            NoteForm,
        ),
    )
    def acknowledge(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        note = form.cleaned_data["note"]
        return self._decide(
            request, object_id, lambda row: acknowledge_alert(row, note), "Acknowledged."
        )

    @action(
        description="Resolve",
        icon="task_alt",
        permissions=["decide"],
        dialog=dialog(
            "Resolve this alert?",
            "Its channels are told. If the cause stays, a new alert opens after the rule's quiet"
            " time.",
            "Resolve",
            NoteForm,
        ),
    )
    def resolve(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        note = form.cleaned_data["note"]
        return self._decide(request, object_id, lambda row: resolve_alert(row, note), "Resolved.")

    def _decide(self, request: HttpRequest, object_id: str, act: Any, done: str) -> HttpResponse:
        row = self.get_object(request, object_id)
        return answer(request, row, act, done, otherwise=reverse(LIST))


def _around(request: HttpRequest) -> dict[str, Any]:
    """Return what stands around the list: tabs with counts, and what is wrong with alerting."""
    counts = _counts()
    chosen = request.GET.get("state", "")
    return {
        "tabs": [
            {
                "label": label,
                "count": sum(counts.get(state, 0) for state in states) if key != "all" else None,
                "url": f"{reverse(LIST)}?state={key}" if key else reverse(LIST),
                "is_chosen": key == chosen,
            }
            for key, label, states in TABS
        ],
        "is_new": not any(counts.values()) and not AlertRule.objects.exists(),
        "given_up": Notification.objects.filter(
            state=NotificationState.GIVEN_UP, alert__state__in=UNRESOLVED
        ).exists(),
        **_evaluation(),
    }


def _counts() -> dict[str, int]:
    """Count alerts by state, no further than people read."""
    counted = {}
    for state in AlertState.values:
        some = Alert.objects.filter(state=state).order_by().values("pk")[:COUNT_LIMIT]
        counted[state] = some.count()
    return counted


def _evaluation() -> dict[str, Any]:
    """Return when rules were last looked at, and whether that is too long ago."""
    facts = AlertRule.objects.enabled().aggregate(last=Max("evaluated_at"), rules=Count("pk"))
    last = facts["last"]
    age = (timezone.now() - last).total_seconds() if last else None
    return {"evaluated_at": last, "is_late": age is not None and age > LATE_SECONDS}


def _detail(alert: Alert) -> dict[str, Any]:
    pk: UUID = alert.pk
    return {
        "alert": alert,
        "subject": subject_link(alert.subject_type, alert.subject_id, alert.subject_label),
        "severity_colour": SEVERITY_COLOURS[alert.get_severity_display()],
        "state_colour": STATE_COLOURS[alert.get_state_display()],
        "events": list(alert.events.order_by("id")),
        "told": list(Notification.objects.filter(alert=pk).order_by("id")),
        "earlier": list(
            Alert.objects.filter(fingerprint=alert.fingerprint, pk__lt=pk).order_by("-id")[:5]
        ),
    }
