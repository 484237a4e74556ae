"""A job in the hands of a worker: the only way to finish it is to still hold its fence."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, cast
from uuid import UUID

from django.db import connection
from django.db.models.functions import Now

from accounts.fence import fenced
from jobs.models import Job, JobState


class Fenced(RuntimeError):
    """Somebody else took the job over; whatever this worker did for it does not count."""


class JobRun:
    """One attempt at one job. Outside `finish()` the work has no transaction open."""

    def __init__(self, job: Job, lease: timedelta) -> None:
        self.job = job
        self.args: Mapping[str, Any] = job.args
        self.organization_id = cast(UUID, job.organization_id)
        self.lease = lease
        self.is_finished = False

    @contextmanager
    def finish(self) -> Iterator[None]:
        """Open the transaction in which the work's effects and 'done' stand or fall together."""
        with fenced():
            done = self._mine().update(
                state=JobState.DONE, finished_at=Now(), lease_until=None, last_error=""
            )
            if not done:
                raise Fenced(str(self.job.pk))
            yield
        self.is_finished = True

    def renew(self, **progress: Any) -> None:
        """Keep the job for another lease and note how far it is."""
        with fenced(), connection.cursor() as cursor:
            cursor.execute(
                "UPDATE jobs_job SET lease_until = clock_timestamp() + make_interval(secs => %s),"
                " progress = progress || %s::jsonb"
                " WHERE id = %s AND fence = %s AND state = 'running'",
                [self.lease.total_seconds(), json.dumps(progress), self.job.pk, self.job.fence],
            )
            if cursor.rowcount == 0:
                raise Fenced(str(self.job.pk))

    def _mine(self) -> Any:
        return Job.objects.filter(pk=self.job.pk, fence=self.job.fence, state=JobState.RUNNING)
