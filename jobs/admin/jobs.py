"""Jobs in the Studio: how work fares, and another chance for what was given up."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from unfold.decorators import action, display
from unfold.views import ChangeList

from accounts.permissions import has_permission
from accounts.scoping.admin import ReadOnlyAdmin, run_on_each
from accounts.scoping.dialogs import answer, dialog
from jobs.actions.replay_job import replay_job
from jobs.models import Job, JobState
from jobs.subjects import tell_subjects

STATE_COLOURS = {
    "Waiting": "info",
    "Handed out": "info",
    "Running": "primary",
    "Done": "success",
    "Given up": "danger",
}


class JobChangeList(ChangeList):  # type: ignore[misc]
    """Says of the jobs of a page what they are about."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        rows: list[Job] = list(self.result_list)  # type: ignore[has-type]
        self.result_list = rows
        tell_subjects(rows)


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin):
    permissions = {"view": "jobs.read"}
    change_list_template = "jobs/jobs.html"
    list_display = ["work", "state_label", "far", "tries", "when", "asked_by", "error"]
    list_filter = ["state"]
    search_fields = ["kind"]
    search_help_text = "Words of a kind, such as deliver, or a whole lane"
    fields = [
        "kind",
        "about",
        "state_label",
        "args",
        "far",
        "tries",
        "last_error",
        "asked_by",
        "lane",
    ]
    fields += ["run_after", "started_at", "finished_at", "created_at", "trace"]
    readonly_fields = fields
    actions = ["replay_many"]
    actions_detail = ["replay"]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        extra = {"dead": Job.objects.dead().exists(), **(extra_context or {})}
        shown: HttpResponse = super().changelist_view(request, extra)
        return shown

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> Any:
        return JobChangeList

    def get_actions(self, request: HttpRequest) -> Any:
        """Offer to replay only where all rows can be replayed."""
        actions = super().get_actions(request)
        if request.GET.get("state__exact") != JobState.DEAD:
            actions.pop("replay_many", None)
        return actions

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """Offer to replay only what can be replayed."""
        is_dead = Job.objects.dead().filter(pk=object_id).exists()
        return list(super().get_actions_detail(request, object_id)) if is_dead else []

    def get_search_results(
        self, request: HttpRequest, queryset: Any, search_term: str
    ) -> tuple[Any, bool]:
        """Find by the words of a kind."""
        return (queryset.found(search_term) if search_term.strip() else queryset), False

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

    @display(description="Work", ordering="kind")
    def work(self, row: Job) -> str:
        return render_to_string("jobs/work.html", {"row": row})

    @display(description="About")
    def about(self, row: Job) -> str:
        tell_subjects([row])
        return render_to_string("jobs/subject.html", {"subject": vars(row)["subject"]})

    @display(description="State", ordering="state", label=STATE_COLOURS)
    def state_label(self, row: Job) -> str:
        return row.get_state_display()

    @display(description="Progress")
    def far(self, row: Job) -> str | None:
        if not row.progress:
            return None
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
    def asked_by(self, row: Job) -> str | None:
        return row.requested_by.get("label")

    @display(description="Last error")
    def error(self, row: Job) -> str | None:
        return row.last_error or None
