"""Ask for the sums of runs to be mended."""

from datetime import date

from django.db import transaction

from accounts.permissions import require
from jobs.actions.enqueue import enqueue
from jobs.models import Job
from telemetry.actions.repair_sums import days_to_mend

KIND = "telemetry.repair_sums"


@transaction.atomic
def request_repair(first: date | None = None, last: date | None = None) -> Job:
    """Queue the repair of the sums of these UTC days, by default of the last seven.

    Returns the job, or the one that waits already.
    """
    require("runs.repair")
    first, last = days_to_mend(first, last)
    days = {"first": first.isoformat(), "last": last.isoformat()}
    return enqueue(KIND, days, dedupe_key=":".join(days.values()))
