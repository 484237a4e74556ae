"""The work that ARM does by itself: what waits, what runs, what was given up."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q
from django.urls import reverse

from jobs.models import Job, JobState

SHOWN = 4
MOST = 1_000


@dataclass(frozen=True, slots=True)
class Task:
    """One job, as people see it."""

    kind: str
    state: str
    state_label: str
    error: str
    at: datetime
    url: str


@dataclass(frozen=True, slots=True)
class Work:
    waiting: int
    running: int
    lost: int
    newest: tuple[Task, ...]
    url: str


def read_work() -> Work:
    """Count the jobs that are not done, up to `MOST` of them, and find the newest ones."""
    active = Job.objects.active().order_by().values("pk")[:MOST]
    lost = Job.objects.dead().order_by().values("pk")[:MOST]
    some = Job.objects.filter(Q(pk__in=active) | Q(pk__in=lost)).order_by()
    counts = dict(some.values_list("state").annotate(count=Count("pk")))
    return Work(
        waiting=counts.get(JobState.PENDING, 0) + counts.get(JobState.QUEUED, 0),
        running=counts.get(JobState.RUNNING, 0),
        lost=counts.get(JobState.DEAD, 0),
        newest=tuple(map(_task, Job.objects.order_by("-id")[:SHOWN])),
        url=reverse("admin:jobs_job_changelist"),
    )


def _task(row: Job) -> Task:
    return Task(
        kind=row.kind,
        state=row.state,
        state_label=row.get_state_display(),
        error=row.last_error if row.state == JobState.DEAD else "",
        at=row.finished_at or row.started_at or row.created_at,
        url=reverse("admin:jobs_job_change", args=[row.pk]),
    )
