"""Whether the sums of runs are what the runs add up to."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection as database

from accounts.fence import current_organization_id
from telemetry.lengths import BUCKETS
from telemetry.models import Grain
from telemetry.reports.run_sums import ADDED

ENDS = ("succeeded", "failed", "incomplete")
TOLD = tuple(name for name in ADDED if name not in ("runs", *ENDS))
PLACES = range(1, BUCKETS + 1)
# Minutes are kept for three days; of those about to leave some may be gone.
LEAVING = "date_trunc('minute', now() - interval '3 days', 'UTC') + interval '10 minutes'"
# One statement sees runs and sums as of one moment, and each change brings both: so what differs
# then differs whoever writes meanwhile.
WRONG = f"""
WITH alike AS (
  SELECT date_trunc('minute', started_at, 'UTC') AS minute, source_id, app, environment, model,
         status, CASE WHEN status IN ('succeeded', 'failed')
                      THEN arm_length_bucket(ended_at - started_at) END AS bucket,
         count(*) AS runs, {", ".join(f"sum({name}) AS {name}" for name in TOLD)}
    FROM telemetry_run
   WHERE organization_id = %(organization)s AND started_at >= %(start)s AND started_at < %(end)s
   GROUP BY 1, 2, 3, 4, 5, 6, 7
), actual AS (
  SELECT grain, sort, key, date_trunc(grain, minute, 'UTC') AS at, sum(runs) AS runs,
         {", ".join(f"sum(runs) FILTER (WHERE status = '{end}') AS {end}" for end in ENDS)},
         {", ".join(f"sum({name}) AS {name}" for name in TOLD)},
         ARRAY[{", ".join(f"sum(runs) FILTER (WHERE bucket = {n})" for n in PLACES)}] AS lengths
    FROM alike
   CROSS JOIN LATERAL (VALUES
     ('all', ''), ('source', source_id::text), ('app', left(app, 200)),
     ('environment', left(environment, 200)), ('model', left(model, 200))
   ) AS place(sort, key)
   CROSS JOIN unnest(%(grains)s::text[]) AS cut(grain)
   WHERE sort = 'all' OR key <> ''
   GROUP BY 1, 2, 3, 4
), kept AS (
  SELECT grain, "of" AS sort, key, at, {", ".join(f"sum({name}) AS {name}" for name in ADDED)},
         ARRAY[{", ".join(f"sum(lengths[{n}])" for n in PLACES)}] AS lengths
    FROM telemetry_runsum
   WHERE organization_id = %(organization)s AND grain = ANY(%(grains)s::text[])
     AND at >= %(start)s AND at < %(end)s
   GROUP BY 1, 2, 3, 4
), compared AS (
  SELECT grain, sort, key, at,
         {", ".join(f"coalesce(actual.{n}, 0) - coalesce(kept.{n}, 0) AS {n}" for n in ADDED)},
         ARRAY[{
    ", ".join(f"coalesce(actual.lengths[{n}], 0) - coalesce(kept.lengths[{n}], 0)" for n in PLACES)
}] AS lengths
    FROM actual FULL JOIN kept USING (grain, sort, key, at)
   WHERE grain <> 'minute' OR at >= {LEAVING}
), wrong AS (
  SELECT * FROM compared
   WHERE 0 <> ANY (lengths) OR ROW({", ".join(ADDED)}) <> ROW({", ".join("0" for _ in ADDED)})
)
"""  # noqa: S608 - names of our own columns


def sum_differences(
    start: datetime, end: datetime, grain: str = Grain.HOUR
) -> list[tuple[str, str, datetime]]:
    """Return the sums of a span that differ from its runs: of what, its key, and when."""
    with database.cursor() as cursor:
        cursor.execute(
            f"{WRONG} SELECT sort, key, at FROM wrong ORDER BY 1, 2, 3",  # noqa: S608 - the same
            asked(start, end, [grain]),
        )
        return [(sort, key, at) for sort, key, at in cursor.fetchall()]


def asked(start: datetime, end: datetime, grains: Sequence[str]) -> dict[str, Any]:
    """Return what WRONG has to be told."""
    organization = current_organization_id()
    return {"organization": organization, "start": start, "end": end, "grains": list(grains)}
