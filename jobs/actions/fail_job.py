"""Record that an attempt at a job failed."""

import random
from datetime import timedelta

from django.db.models.functions import Least, Now

from accounts.fence import fenced
from jobs.models import Job, JobState
from jobs.signals import job_died

FIRST_PAUSE = timedelta(seconds=10)
LONGEST_PAUSE = timedelta(hours=1)
# Who asks for a pause may ask for more: mail that is down is tried again every six hours.
LONGEST_ASKED_PAUSE = timedelta(hours=6)


def fail_job(
    job: Job, why: str, *, permanent: bool = False, retry_after: float | None = None
) -> None:
    """Put the job back with a growing pause, or give it up when it will not get better."""
    gives_up = permanent or job.attempts >= job.max_attempts
    with fenced():
        mine = Job.objects.filter(pk=job.pk, fence=job.fence, state=JobState.RUNNING)
        if gives_up:
            changed = mine.update(
                state=JobState.DEAD,
                last_error=why,
                lease_until=None,
                finished_at=Now(),
                # Whoever takes a job only to give it up has made no attempt.
                attempts=Least("attempts", "max_attempts"),
            )
        else:
            changed = mine.update(
                state=JobState.PENDING,
                last_error=why,
                lease_until=None,
                finished_at=Now(),
                run_after=Now() + pause(job.attempts, retry_after),
            )
        if changed and gives_up:
            job.refresh_from_db()
            job_died.send(sender=Job, job=job)


def pause(attempts: int, retry_after: float | None = None) -> timedelta:
    """Return how long to wait before the next attempt: doubling, with jitter, at most an hour."""
    if retry_after is not None:
        return min(timedelta(seconds=retry_after), LONGEST_ASKED_PAUSE)
    doubled: timedelta = FIRST_PAUSE * 2 ** min(attempts - 1, 12)
    jitter = random.uniform(0.75, 1.25)  # noqa: S311 - not for secrets
    return min(doubled, LONGEST_PAUSE) * jitter
