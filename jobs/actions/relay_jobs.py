"""Hand out the work that is due."""

from datetime import timedelta
from uuid import UUID

from celery import current_app
from django.db import connection

BATCH = 50
IN_FLIGHT = 200
LANE_SLOTS = 4
HANDED_OUT_FOR = timedelta(seconds=30)


def relay_jobs() -> int:
    """Hand out due jobs, organizations taking turns, and return how many.

    The claim is committed before any message is sent: a crash in between costs one lease. A lane
    never has more than its share of jobs in flight, however many are due.
    """
    handed_out = 0
    for _ in range(IN_FLIGHT // BATCH):
        claimed = _claim()
        for job_id, organization_id in claimed:
            names = {"job_id": str(job_id), "organization_id": str(organization_id)}
            current_app.send_task("jobs.run", kwargs=names, retry=False)
        handed_out += len(claimed)
        if len(claimed) < BATCH:
            break
    _note_pulse()
    return handed_out


def _claim() -> list[tuple[UUID, UUID]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, organization_id FROM arm_claim_jobs(%s, %s, %s, make_interval(secs => %s))",
            [BATCH, IN_FLIGHT, LANE_SLOTS, HANDED_OUT_FOR.total_seconds()],
        )
        claimed: list[tuple[UUID, UUID]] = cursor.fetchall()
        return claimed


def _note_pulse() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO jobs_pulse (id) VALUES (1)"
            " ON CONFLICT (id) DO UPDATE SET at = clock_timestamp()"
        )
