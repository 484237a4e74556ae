"""Sees to it that queued work is done: here, or by the workers that are faster."""

import time
from collections.abc import Collection
from typing import Final, cast
from uuid import UUID

from accounts.fence import fenced
from jobs.actions.run_job import run_job
from jobs.models import Job, JobState

PATIENCE: Final = 180.0
PAUSE: Final = 0.2


class WorkFailed(RuntimeError):
    """Work that the demo needs was given up, or took too long."""


def finish_work(kinds: Collection[str]) -> int:
    """Do all queued jobs of these kinds, wait for those that workers hold, return how many."""
    deadline = time.monotonic() + PATIENCE
    seen: set[UUID] = set()
    while waiting := _unfinished(kinds):
        seen.update(job.pk for job in waiting)
        if not any(run_job(job.pk, cast(UUID, job.organization_id)) for job in waiting):
            _refuse_late(deadline, waiting)
            time.sleep(PAUSE)
    with fenced():
        dead = Job.objects.dead().filter(kind__in=kinds, pk__in=seen).first()
    if dead is not None:
        raise WorkFailed(f"{dead.kind} was given up: {dead.last_error}")
    return len(seen)


def _unfinished(kinds: Collection[str]) -> list[Job]:
    with fenced():
        return list(Job.objects.active().filter(kind__in=kinds).order_by("id"))


def _refuse_late(deadline: float, waiting: list[Job]) -> None:
    if time.monotonic() > deadline:
        named = ", ".join(
            f"{job.kind} ({JobState(job.state).label}): {job.last_error or 'no error'}"
            for job in waiting[:3]
        )
        raise WorkFailed(f"Not done after {PATIENCE:g} seconds: {named}")
