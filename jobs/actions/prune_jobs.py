"""Forget work that is long done."""

from datetime import timedelta

from django.utils import timezone

from accounts.permissions import require
from jobs.models import Job, JobState, ScheduleRun

KEPT = timedelta(days=14)


def prune_jobs() -> int:
    """Forget jobs that were done a fortnight ago, and turns of schedules; return how many jobs.

    What was given up stays until somebody replays it. What the work changed stands in the audit
    log and in the rows it changed.
    """
    require("jobs.replay")
    before = timezone.now() - KEPT
    ScheduleRun.objects.filter(due_at__lt=before).order_by().delete()
    done = Job.objects.filter(state=JobState.DONE, finished_at__lt=before)
    return int(done.order_by().delete()[0])
