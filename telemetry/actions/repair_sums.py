"""Mend the sums of runs."""

from datetime import UTC, date, datetime, time, timedelta

from django.db import connection as database
from django.db import transaction
from django.utils import timezone

from accounts.fence import current_organization_id
from accounts.permissions import require
from armproject.lib.audit import record
from armproject.lib.errors import InvalidInput
from telemetry.lengths import BUCKETS
from telemetry.models import Grain
from telemetry.reports.run_sums import ADDED
from telemetry.reports.sum_differences import WRONG, asked

# Runs leave after 30 days and their sums stay: of days near that nothing can be reckoned again.
BACK = timedelta(days=28)
DAY, WEEK = timedelta(days=1), timedelta(days=6)
# Two that repair at once would each add what was missing.
ALONE = "SELECT pg_advisory_xact_lock(hashtextextended('telemetry.repair_sums:' || %s, 0))"
REPAIR = f"""
{WRONG}
INSERT INTO telemetry_runsum AS kept
       (id, organization_id, grain, "of", key, at, part, {", ".join(ADDED)}, lengths)
SELECT gen_random_uuid(), %(organization)s, grain, sort, key, at, 0, {", ".join(ADDED)}, lengths
  FROM wrong ORDER BY grain, sort, key, at
ON CONFLICT (organization_id, grain, "of", key, at, part) DO UPDATE SET
  {", ".join(f"{name} = kept.{name} + excluded.{name}" for name in ADDED)},
  lengths = ARRAY[{
    ", ".join(f"kept.lengths[{n}] + excluded.lengths[{n}]" for n in range(1, BUCKETS + 1))
}]
RETURNING 1
"""  # noqa: S608 - names of our own columns


@transaction.atomic
def repair_sums(day: date) -> int:
    """Make the sums of one UTC day what its runs add up to; returns how many were not.

    What differs is added to them, so that nothing is lost of what is written meanwhile, and nobody
    waits.
    """
    require("runs.repair")
    days_to_mend(day, day)
    start = datetime.combine(day, time(), UTC)
    with database.cursor() as cursor:
        cursor.execute(ALONE, [str(current_organization_id())])
        cursor.execute(REPAIR, asked(start, start + DAY, Grain.values))
        number = len(cursor.fetchall())
    if number:
        record("runs.repair_sums", details={"day": day.isoformat(), "sums": number})
    return number


def days_to_mend(first: date | None, last: date | None) -> tuple[date, date]:
    """Return the first and the last day: by default those of the last week.

    Raises InvalidInput for days whose runs may have left already, and for those to come.
    """
    today = timezone.now().astimezone(UTC).date()
    last = last or today
    problem = f"Name days from {today - BACK} to {today}: of older ones the runs are not kept."
    for name, day in (("first", first), ("last", last)):
        if day is not None and not today - BACK <= day <= today:
            raise InvalidInput(problem, fields={name: [problem]})
    first = first or max(last - WEEK, today - BACK)
    if last < first:
        problem = "The last day is before the first."
        raise InvalidInput(problem, fields={"last": [problem]})
    return first, last
