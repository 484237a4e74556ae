"""Give a job that was given up another chance."""

from django.db import transaction
from django.db.models.functions import Now

from accounts.permissions import require
from armproject.lib.audit import record
from armproject.lib.errors import Conflict
from jobs.actions.nudge_relay import nudge_relay
from jobs.models import Job, JobState


@transaction.atomic
def replay_job(job: Job) -> Job:
    """Queue a job that was given up once more, with all its attempts."""
    require("jobs.replay")
    job = Job.objects.select_for_update().get(pk=job.pk)
    if job.state != JobState.DEAD:
        raise Conflict("Only a job that was given up can be replayed.", state=job.state)
    job.state, job.attempts, job.run_after = JobState.PENDING, 0, Now()
    job.save(update_fields=["state", "attempts", "run_after"])
    job.refresh_from_db(fields=["run_after"])
    record("jobs.replay", job, before={"state": "dead"}, after={"state": "pending"})
    transaction.on_commit(nudge_relay)
    return job
