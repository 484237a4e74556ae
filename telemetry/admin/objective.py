"""Objectives of agents: the list, the form, and beside them the page of performance."""

from decimal import Decimal
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from unfold.decorators import display

from accounts.scoping.admin import StudioAdmin
from telemetry.actions.drop_objective import drop_objective
from telemetry.admin import performance
from telemetry.forms.performance import ObjectiveForm
from telemetry.models import Objective
from telemetry.reports.objectives import Standing, standings
from telemetry.wording import budget_left

STATES = {True: "Kept", False: "Missed", None: "Nothing ran"}


@admin.register(Objective)
class ObjectiveAdmin(StudioAdmin):
    permissions = {
        "view": "runs.read",
        "add": "agents.write",
        "change": "agents.write",
        "delete": "agents.write",
    }
    form = ObjectiveForm
    fields = ["agent", "days", "success_percent", "p95_seconds"]
    list_display = ["agent", "days", "success", "time", "state", "left"]
    list_select_related = ["agent"]
    list_per_page = 25
    ordering = ("id",)
    add_words = "Set an objective"
    empty_title = "No objectives yet"
    empty_text = "Say what share of an agent's runs is to succeed, and how long they may take."

    def get_urls(self) -> list[Any]:
        return [*performance.urls(), *super().get_urls()]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["agent"] if obj else []

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("agent")

    def delete_model(self, request: HttpRequest, obj: Objective) -> None:
        drop_objective(obj)

    @display(description="Succeed")
    def success(self, row: Objective) -> str:
        return _target(row.success_percent, " %")

    @display(description="95 % within")
    def time(self, row: Objective) -> str:
        return _target(row.p95_seconds, " s")

    @display(description="State", label={"Kept": "success", "Missed": "danger"})
    def state(self, row: Objective) -> str:
        return STATES[_standing(row).is_met]

    @display(description="Budget left")
    def left(self, row: Objective) -> str:
        return budget_left(_standing(row).budget)


def _standing(row: Any) -> Standing:
    """Judge a row once, however many columns ask."""
    if not hasattr(row, "standing"):
        (row.standing,) = standings([row])
    found: Standing = row.standing
    return found


def _target(number: Decimal | None, unit: str) -> str:
    return "-" if number is None else f"{number.normalize():f}{unit}"
