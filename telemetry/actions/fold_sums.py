"""Fold old sums of runs into coarser ones."""

from datetime import UTC, timedelta
from typing import Any

from django.db import connection as database
from django.utils import timezone

from accounts.fence import current_organization_id
from accounts.permissions import require
from telemetry.models import Grain, RunSum, SumOf
from telemetry.reports.run_sums import ADDED, LENGTHS, SUMS

# Longer than any run arrives late, so that what became days never changes.
MINUTES_KEPT, HOURS_KEPT, DAYS_KEPT = timedelta(days=3), timedelta(days=100), timedelta(days=1_100)
FOLD = f"""
WITH gone AS (
  DELETE FROM telemetry_runsum
   WHERE organization_id = %(organization)s AND grain = 'hour' AND "of" = ANY(%(of)s)
     AND at < %(until)s RETURNING *
)
INSERT INTO telemetry_runsum AS kept
       (id, organization_id, grain, "of", key, at, part, {", ".join(ADDED)}, lengths)
SELECT gen_random_uuid(), organization_id, 'day', "of", key, date_trunc('day', at, 'UTC'), 0,
       {SUMS}, ARRAY[{LENGTHS}]
  FROM gone GROUP BY organization_id, "of", key, date_trunc('day', at, 'UTC')
"""  # noqa: S608 - names of our own columns


def fold_sums() -> int:
    """Make days of hours that are months old, and drop older minutes and days.

    Returns how many sums of days are new.
    """
    require("telemetry.write")
    today = timezone.now().astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    old = RunSum.objects.filter(of__in=SumOf.values)
    old.filter(grain=Grain.MINUTE, at__lt=today - MINUTES_KEPT).delete()
    old.filter(grain=Grain.DAY, at__lt=today - DAYS_KEPT).delete()
    asked: dict[str, Any] = {"organization": current_organization_id(), "of": SumOf.values}
    with database.cursor() as cursor:
        cursor.execute(FOLD, asked | {"until": today - HOURS_KEPT})
        return int(cursor.rowcount)
