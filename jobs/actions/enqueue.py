"""Ask for work."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models.functions import Now

from accounts.permissions import system
from armproject.lib import context
from armproject.lib.context import Principal
from jobs.actions.nudge_relay import nudge_relay
from jobs.models import Job
from jobs.models.job import ACTIVE
from jobs.registry import HANDLERS


def enqueue(
    kind: str,
    args: Mapping[str, Any] | None = None,
    *,
    dedupe_key: str = "",
    lane: str = "local",
    run_after: datetime | timedelta | None = None,
) -> Job:
    """Put work into the queue, in the transaction of what asks for it.

    Returns the job, or the active one with the same `dedupe_key`. The work is done as the
    principal who asks now, whose rights are read again when it starts.
    """
    if dedupe_key and (active := _active(kind, dedupe_key)):
        return active
    job = Job(
        kind=kind,
        args=dict(args or {}),
        dedupe_key=dedupe_key,
        lane=lane,
        max_attempts=HANDLERS[kind].max_attempts,
        requested_by=_requester(context.principal() or system("set-up")),
        trace=_trace(),
    )
    if run_after is not None:
        job.run_after = Now() + run_after if isinstance(run_after, timedelta) else run_after
    job = _insert(job)
    transaction.on_commit(nudge_relay)
    return job


def _insert(job: Job) -> Job:
    """Insert the job; if another transaction was first with the same work, that one stands."""
    if not job.dedupe_key:
        job.save(force_insert=True)
        return job
    Job.objects.bulk_create([job], ignore_conflicts=True)
    return _active(job.kind, job.dedupe_key) or job


def _active(kind: str, dedupe_key: str) -> Job | None:
    return Job.objects.filter(kind=kind, dedupe_key=dedupe_key, state__in=ACTIVE).first()


def _requester(principal: Principal) -> dict[str, Any]:
    fields = asdict(principal)
    user_id, scopes = fields.pop("user_id"), fields.pop("scopes")
    return {
        **fields,
        "kind": str(principal.kind),
        "user_id": str(user_id) if user_id else None,
        "scopes": sorted(scopes) if scopes is not None else None,
    }


def _trace() -> dict[str, str]:
    request = context.current().request
    names = ("request_id", "trace_id", "span_id")
    return {name: getattr(request, name) for name in names}
