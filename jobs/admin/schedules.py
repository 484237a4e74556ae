"""Schedules in the Studio: what is due by the clock, for operators."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django_celery_beat.models import (
    ClockedSchedule,
    CrontabSchedule,
    IntervalSchedule,
    PeriodicTask,
    SolarSchedule,
)
from unfold.decorators import display

from accounts.scoping.admin import StudioAdmin
from accounts.scoping.cells import moment
from jobs.actions.change_schedule import seconds_of
from jobs.forms import UNITS, ScheduleForm

NOT_YET = "not yet"

for model in (ClockedSchedule, CrontabSchedule, IntervalSchedule, PeriodicTask, SolarSchedule):
    if admin.site.is_registered(model):
        admin.site.unregister(model)


@admin.register(PeriodicTask)
class ScheduleAdmin(StudioAdmin):
    """What is due by the clock, for every organization of this installation."""

    form = ScheduleForm
    list_title = "Schedules"
    list_display = ["work", "interval_words", "is_on", "last_run", "runs"]
    list_filter = ["enabled"]
    search_fields = ["name"]
    ordering = ("name", "id")
    list_select_related = ["interval"]
    fields = ["work", ("every", "unit"), "enabled", "last_run", "runs"]
    readonly_fields = ["work", "last_run", "runs"]

    def get_queryset(self, request: HttpRequest) -> Any:
        """Show what ARM declares; the scheduler's own upkeep is nobody's to change."""
        return super().get_queryset(request).filter(task__startswith="jobs.")

    def change_view(
        self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        title = {"title": "Schedule"}
        shown: HttpResponse = super().change_view(request, object_id, extra_context=title)
        return shown

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(getattr(request.user, "is_operator", False))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_view_permission(request)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    @display(description="Work", ordering="name")
    def work(self, row: PeriodicTask) -> str:
        return str(row.name)

    @display(description="On", ordering="enabled", boolean=True)
    def is_on(self, row: PeriodicTask) -> bool:
        return bool(row.enabled)

    @display(description="Last turn", ordering="last_run_at")
    def last_run(self, row: PeriodicTask) -> str | None:
        if row.last_run_at is None:
            return NOT_YET
        return moment(row.last_run_at)

    @display(description="Turns", ordering="total_run_count")
    def runs(self, row: PeriodicTask) -> int:
        return int(row.total_run_count)

    @display(description="Every")
    def interval_words(self, row: PeriodicTask) -> str:
        seconds = seconds_of(row)
        if not seconds:
            return "-"
        size, name = next(unit for unit in reversed(UNITS) if seconds % unit[0] == 0)
        return f"{seconds // size} {name}" if seconds != size else name.removesuffix("s")
