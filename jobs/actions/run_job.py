"""Do one job."""

import logging
from dataclasses import replace
from datetime import timedelta
from time import perf_counter
from uuid import UUID

from django.db import connection

from accounts.fence import acting, fenced
from accounts.present_rights import present_rights
from armproject.lib import context, spans
from armproject.lib.context import Principal, PrincipalKind
from armproject.lib.errors import DomainError
from armproject.lib.metrics import DURATIONS, counter, histogram
from armproject.lib.tracing import continue_request
from jobs.actions.fail_job import fail_job
from jobs.models import Job
from jobs.registry import HANDLERS, Handler
from jobs.running import Fenced, JobRun

log = logging.getLogger(__name__)

SHORT_LEASE = timedelta(minutes=1)

DONE = "done"
ATTEMPTS = counter("job_attempts_total", "Attempts at jobs by how they ended.", "kind", "outcome")
RETRIES = counter("job_retries_total", "Attempts at jobs that were not the first.", "kind")
DURATION = histogram(
    "job_duration_seconds", "Time an attempt at a job took.", "kind", buckets=DURATIONS
)


def run_job(job_id: UUID, organization_id: UUID) -> bool:
    """Take the job if it is still to be had, do it, and say whether it was done here."""
    worker = Principal(PrincipalKind.SYSTEM, "worker", "worker")
    with acting(worker, organization_id, frozenset()):
        job = _take(job_id)
        if job is None:
            return False
        handler = HANDLERS.get(job.kind)
        if handler is None:
            fail_job(job, f"No handler is known for jobs of kind {job.kind}.", permanent=True)
            return False
        if job.attempts > job.max_attempts:
            fail_job(job, "The worker died at every attempt, without a word.", permanent=True)
            return False
        with context.use(replace(context.current(), request=continue_request(job.trace))):
            return _told_attempt(job, handler)


def _told_attempt(job: Job, handler: Handler) -> bool:
    """Make the attempt as a step of the request that asked for the job, and count it."""
    began = perf_counter()
    outcome = _attempt(job, handler)
    seconds = perf_counter() - began
    ATTEMPTS.labels(job.kind, outcome).inc()
    RETRIES.labels(job.kind).inc(job.attempts > 1)
    DURATION.labels(job.kind).observe(seconds)
    told: dict[str, str | int] = {
        "messaging.operation.type": "process",
        "arm.job.kind": job.kind,
        "arm.job.attempt": job.attempts,
        "arm.job.outcome": outcome,
    }
    step = context.current().request
    spans.tell(
        "worker.handle_message", spans.Kind.CONSUMER, step, seconds, told, failed=outcome != DONE
    )
    facts = {"job_id": str(job.pk), "kind": job.kind, "attempt": job.attempts, "reason": outcome}
    log.info("job_ended", extra={**facts, "ms": round(seconds * 1000, 1)})
    return outcome == DONE


def _take(job_id: UUID) -> Job | None:
    """Make the job ours by moving its fence, if nobody else holds it."""
    with fenced(), connection.cursor() as cursor:
        job = Job.objects.filter(pk=job_id).first()
        if job is None:
            return None
        lease = HANDLERS[job.kind].lease if job.kind in HANDLERS else SHORT_LEASE
        cursor.execute(
            "UPDATE jobs_job SET state = 'running', fence = fence + 1, attempts = attempts + 1,"
            " lease_until = clock_timestamp() + make_interval(secs => %s),"
            " started_at = clock_timestamp(), finished_at = NULL"
            " WHERE id = %s AND (state = 'queued'"
            "  OR (state = 'pending' AND run_after <= clock_timestamp())"
            "  OR (state = 'running' AND lease_until < clock_timestamp()))"
            " RETURNING fence, attempts",
            [lease.total_seconds(), job_id],
        )
        taken = cursor.fetchone()
        if taken is None:
            return None
        job.fence, job.attempts = taken
        return job


def _attempt(job: Job, handler: Handler) -> str:
    """Do the work and say in a word what became of it."""
    run = JobRun(job, handler.lease)
    try:
        principal, rights = _requester(job)
        with acting(principal, job.organization_id, rights):
            handler.work(run)
            if not run.is_finished:
                with run.finish():
                    pass
    except Fenced:
        log.warning("job_taken_over", extra={"job_id": str(job.pk), "kind": job.kind})
        return "taken_over"
    except DomainError as error:
        fail_job(job, error.message, permanent=error.permanent, retry_after=error.retry_after)
    except Exception as error:
        log.exception("job_broke", extra={"job_id": str(job.pk), "kind": job.kind})
        fail_job(job, f"{type(error).__name__}: unexpected failure, see the log of this request.")
    return DONE if run.is_finished else "failed"


def _requester(job: Job) -> tuple[Principal, frozenset[str]]:
    """Return who asked for the job and what they may do now, not when they asked."""
    asked = job.requested_by
    user_id = UUID(asked["user_id"]) if asked.get("user_id") else None
    scopes = frozenset(asked["scopes"]) if asked.get("scopes") is not None else None
    kind = PrincipalKind(asked["kind"])
    principal = Principal(kind, asked["id"], asked["label"], user_id, scopes)
    return principal, present_rights(principal)
