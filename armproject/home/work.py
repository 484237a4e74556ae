"""The work that ARM does by itself: what waits, what runs, what was given up."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse

from jobs.models import Job, JobState
from jobs.models.job import JobQuerySet

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
    """Count the jobs that are not done, up to `MOST` of each state, and find the newest ones."""
    waiting = Job.objects.filter(state__in=(JobState.PENDING, JobState.QUEUED))
    running = Job.objects.filter(state=JobState.RUNNING)
    counted = Job.objects.annotate(
        waiting=_number(waiting), running=_number(running), lost=_number(Job.objects.dead())
    )
    newest: list[Any] = list(counted.order_by("-id")[:SHOWN])
    first = newest[0] if newest else None
    return Work(
        waiting=first.waiting if first else 0,
        running=first.running if first else 0,
        lost=first.lost if first else 0,
        newest=tuple(map(_task, newest)),
        url=reverse("admin:jobs_job_changelist"),
    )


def _number(jobs: JobQuerySet) -> Coalesce:
    """Return how many there are, asked once beside the rows it is annotated to."""
    some = Job.objects.filter(pk__in=jobs.order_by().values("pk")[:MOST]).order_by()
    counted = some.values("organization_id").annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted), 0)


def _task(row: Job) -> Task:
    return Task(
        kind=row.kind,
        state=row.state,
        state_label=row.get_state_display(),
        error=row.last_error if row.state == JobState.DEAD else "",
        at=row.finished_at or row.started_at or row.created_at,
        url=reverse("admin:jobs_job_change", args=[row.pk]),
    )
