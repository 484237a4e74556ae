"""The Studio's pages about work: jobs for each organization, schedules for operators."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django_celery_beat.models import (
    ClockedSchedule,
    CrontabSchedule,
    IntervalSchedule,
    PeriodicTask,
    SolarSchedule,
)
from unfold.decorators import action, display

from accounts.permissions import has_permission
from accounts.scoping.admin import ReadOnlyAdmin, StudioAdmin, run_on_each
from accounts.scoping.dialogs import answer, dialog
from jobs.actions.change_schedule import seconds_of
from jobs.actions.replay_job import replay_job
from jobs.forms import UNITS, ScheduleForm
from jobs.models import Job, JobState

STATE_COLOURS = {
    "Waiting": "info",
    "Handed out": "info",
    "Running": "primary",
    "Done": "success",
    "Given up": "danger",
}

for model in (ClockedSchedule, CrontabSchedule, IntervalSchedule, PeriodicTask, SolarSchedule):
    if admin.site.is_registered(model):
        admin.site.unregister(model)


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin):
    permissions = {"view": "jobs.read"}
    change_list_template = "jobs/jobs.html"
    list_display = ["kind", "state_label", "far", "tries", "when", "asked_by", "error"]
    list_filter = ["state"]
    search_fields = ["=kind", "=lane"]
    search_help_text = "A whole kind, such as governance.deliver, or a lane"
    fields = ["kind", "state_label", "args", "far", "tries", "last_error", "asked_by", "lane"]
    fields += ["run_after", "started_at", "finished_at", "created_at", "trace"]
    readonly_fields = fields
    actions = ["replay_many"]
    actions_row = ["replay"]
    actions_detail = ["replay"]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        extra = {"dead": Job.objects.dead().exists(), "is_empty": not Job.objects.exists()}
        shown: HttpResponse = super().changelist_view(request, {**extra, **(extra_context or {})})
        return shown

    def has_replay_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return has_permission("jobs.replay")

    @action(description="Replay", permissions=["replay"])
    def replay_many(self, request: HttpRequest, queryset: Any) -> None:
        run_on_each(request, queryset, replay_job, "Queued again")

    @action(
        description="Replay",
        icon="replay",
        permissions=["replay"],
        dialog=dialog(
            "Replay this job?",
            "Only a job that was given up can be replayed. It gets all its attempts again.",
            "Replay",
        ),
    )
    def replay(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        row = self.get_object(request, object_id)
        listed = reverse("admin:jobs_job_changelist")
        return answer(request, row, replay_job, "Queued again.", otherwise=listed)

    @display(description="State", ordering="state", label=STATE_COLOURS)
    def state_label(self, row: Job) -> str:
        return row.get_state_display()

    @display(description="Progress")
    def far(self, row: Job) -> str:
        return render_to_string("jobs/progress.html", {"progress": row.progress})

    @display(description="Attempts")
    def tries(self, row: Job) -> str:
        return f"{row.attempts} of {row.max_attempts}"

    @display(description="When")
    def when(self, row: Job) -> str:
        waits = row.state == JobState.PENDING
        at = row.run_after if waits else row.finished_at or row.started_at or row.created_at
        return render_to_string("jobs/when.html", {"at": at, "waits": waits})

    @display(description="Asked for by")
    def asked_by(self, row: Job) -> str:
        return str(row.requested_by.get("label", "-"))

    @display(description="Last error")
    def error(self, row: Job) -> str:
        return row.last_error or "-"


@admin.register(PeriodicTask)
class ScheduleAdmin(StudioAdmin):
    """What is due by the clock, for every organization of this installation."""

    form = ScheduleForm
    list_display = ["name", "interval_words", "enabled", "last_run_at", "total_run_count"]
    list_filter = ["enabled"]
    search_fields = ["name"]
    ordering = ("name", "id")
    list_select_related = ["interval"]
    fields = ["name", ("every", "unit"), "enabled", "last_run_at", "total_run_count"]
    readonly_fields = ["name", "last_run_at", "total_run_count"]

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(getattr(request.user, "is_operator", False))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_view_permission(request)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    @display(description="Every")
    def interval_words(self, row: PeriodicTask) -> str:
        seconds = seconds_of(row)
        if not seconds:
            return "-"
        size, name = next(unit for unit in reversed(UNITS) if seconds % unit[0] == 0)
        return f"{seconds // size} {name}" if seconds != size else name.removesuffix("s")
