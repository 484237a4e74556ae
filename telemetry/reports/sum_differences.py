"""Whether the sums of runs are what the runs add up to."""

from datetime import datetime
from typing import Any

from django.db import connection as database

from accounts.fence import current_organization_id

SUMMED = (
    *("llm_calls", "tool_calls", "errors", "input_tokens", "output_tokens", "cost", "unpriced"),
)
ENDED = "status IN ('succeeded', 'failed')"
COUNTED = f"count(*), {', '.join(f'sum({name})' for name in SUMMED)}"
DIFFERENT = f"""
WITH actual AS (
  SELECT sort, key, date_trunc(%(grain)s, started_at, 'UTC') AS at, {COUNTED},
         count(*) FILTER (WHERE status = 'succeeded'), count(*) FILTER (WHERE status = 'failed'),
         count(*) FILTER (WHERE status = 'incomplete'),
         coalesce(sum(arm_length_bucket(ended_at - started_at)) FILTER (WHERE {ENDED}), 0)
    FROM telemetry_run
   CROSS JOIN LATERAL (VALUES
     ('all', ''), ('source', source_id::text), ('app', left(app, 200)),
     ('environment', left(environment, 200)), ('model', left(model, 200))
   ) AS place(sort, key)
   WHERE organization_id = %(organization)s AND started_at >= %(start)s AND started_at < %(end)s
     AND (sort = 'all' OR key <> '')
   GROUP BY 1, 2, 3
), kept AS (
  SELECT "of" AS sort, key, at, sum(runs), {", ".join(f"sum({name})" for name in SUMMED)},
         sum(succeeded), sum(failed), sum(incomplete),
         sum((SELECT sum(number * place) FROM unnest(lengths) WITH ORDINALITY AS l(number, place)))
    FROM telemetry_runsum
   WHERE organization_id = %(organization)s AND grain = %(grain)s
     AND at >= %(start)s AND at < %(end)s
   GROUP BY 1, 2, 3 HAVING sum(runs) <> 0
)
SELECT sort, key, at FROM (
  (TABLE actual EXCEPT TABLE kept) UNION (TABLE kept EXCEPT TABLE actual)
) AS different GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
"""  # noqa: S608 - names of our own columns


def sum_differences(
    start: datetime, end: datetime, grain: str = "hour"
) -> list[tuple[str, str, datetime]]:
    """Return the sums of a span that differ from its runs: of what, its key, and when."""
    asked: dict[str, Any] = {
        "organization": current_organization_id(),
        "start": start,
        "end": end,
        "grain": grain,
    }
    with database.cursor() as cursor:
        cursor.execute(DIFFERENT, asked)
        return [(sort, key, at) for sort, key, at in cursor.fetchall()]
