"""The statements by which spans are kept.

One statement keeps the spans of a batch and adds the new ones to their runs and to what models
used. Rows are locked in the order of their keys, so that two batches cannot wait for each other.
"""

from telemetry.staging import TYPES

MICROSECONDS = "interval '1 microsecond'"
STARTED = f"'epoch'::timestamptz + started_us * {MICROSECONDS}"

LINES = ", ".join(f"{name} {kind}" for name, kind in TYPES.items())

_KEPT = tuple(
    name
    for name in TYPES
    if name
    not in {
        *("started_us", "trace_id", "rank", "ends_run"),
        *("conversation", "end_user", "app", "environment"),
    }
)
# What a run takes from its head, and what it adds up.
_OF_HEAD = ("source_id", "name", "head_rank", "head_started_at")
_SUMS = {
    "spans": "count(*)",
    "llm_calls": "count(*) FILTER (WHERE kind = 'llm' AND counted)",
    "tool_calls": "count(*) FILTER (WHERE kind = 'tool')",
    "errors": "count(*) FILTER (WHERE status = 'error')",
    **{
        name: f"coalesce(sum({name}) FILTER (WHERE counted), 0)"
        for name in ("input_tokens", "output_tokens", "cached_tokens", "cache_write_tokens", "cost")
    },
    "unpriced": "count(*) FILTER (WHERE kind = 'llm' AND counted AND cost IS NULL)",
}
_USED = {
    "calls": "count(*)",
    "errors": "count(*) FILTER (WHERE status = 'error')",
    **{
        name: f"coalesce(sum({name}), 0)"
        for name in ("input_tokens", "output_tokens", "cached_tokens", "cache_write_tokens", "cost")
    },
    "unpriced": "count(*) FILTER (WHERE cost IS NULL)",
}
_BETTER = "(excluded.head_rank, run.head_started_at) > (run.head_rank, excluded.head_started_at)"


def _first(column: str, where: str) -> str:
    """Return the earliest span's value of a column, of those for which something is told."""
    return f"coalesce((array_agg({column} ORDER BY started_us) FILTER (WHERE {where}))[1], '')"


def _taken(column: str) -> str:
    return f"{column} = CASE WHEN {_BETTER} THEN excluded.{column} ELSE run.{column} END"


def _filled(column: str) -> str:
    return f"{column} = coalesce(nullif(run.{column}, ''), excluded.{column})"


def _added(table: str, column: str) -> str:
    return f"{column} = {table}.{column} + excluded.{column}"


_TELL = {
    "conversation": _first("conversation", "conversation <> ''"),
    "end_user": _first("end_user", "end_user <> ''"),
    "app": _first("app", "app <> ''"),
    "environment": _first("environment", "environment <> ''"),
    "model": _first("model", "kind = 'llm' AND model <> ''"),
    "error_type": _first("error_type", "status = 'error' AND error_type <> ''"),
    "error_message": _first("error_message", "status = 'error' AND error_message <> ''"),
}
# How a run ended is said by the event that ends it, if there is one, else by its head.
_STATUS = f"""
  status = CASE WHEN excluded.is_ended THEN excluded.status WHEN run.is_ended THEN run.status
                WHEN {_BETTER} THEN excluded.status ELSE run.status END,
  is_ended = run.is_ended OR excluded.is_ended
"""
_RUN = (
    "id",
    "organization_id",
    "trace_id",
    *_OF_HEAD,
    "status",
    "is_ended",
    "started_at",
    "ended_at",
    "last_heard_at",
    *_TELL,
    *_SUMS,
)

STORE = f"""
WITH arrived AS MATERIALIZED (
  SELECT *, {STARTED} AS started_at FROM json_to_recordset(%(lines)s::json) AS line({LINES})
), fresh AS (
  INSERT INTO telemetry_span (organization_id, started_at, {", ".join(_KEPT)})
  SELECT %(organization)s, started_at, {", ".join(_KEPT)} FROM arrived
  ON CONFLICT DO NOTHING
  RETURNING id
), told AS (
  SELECT arrived.* FROM arrived JOIN fresh USING (id)
), heads AS (
  SELECT DISTINCT ON (run_id) run_id, trace_id, source_id, name, rank AS head_rank,
         started_at AS head_started_at,
         CASE WHEN rank = 0 OR duration_us IS NULL THEN 'running'
              WHEN status = 'error' THEN 'failed' ELSE 'succeeded' END AS head_status
    FROM told ORDER BY run_id, rank DESC, started_us, id
), sums AS (
  SELECT run_id, min(started_at) AS started_at, bool_or(ends_run) AS is_ended,
         bool_or(ends_run AND status = 'error') AS has_failed,
         max(started_at + coalesce(duration_us, 0) * {MICROSECONDS}) AS ended_at,
         {", ".join(f"{sql} AS {name}" for name, sql in (_TELL | _SUMS).items())}
    FROM told GROUP BY run_id
), runs AS (
  INSERT INTO telemetry_run AS run ({", ".join(_RUN)})
  SELECT run_id, %(organization)s, trace_id, {", ".join(_OF_HEAD)},
         CASE WHEN NOT is_ended THEN head_status WHEN has_failed THEN 'failed' ELSE 'succeeded' END,
         is_ended, started_at, ended_at, statement_timestamp(), {", ".join((*_TELL, *_SUMS))}
    FROM sums JOIN heads USING (run_id) ORDER BY run_id
  ON CONFLICT (id) DO UPDATE SET
    {", ".join(map(_taken, _OF_HEAD))},
    {_STATUS},
    {", ".join(map(_filled, _TELL))},
    {", ".join(_added("run", name) for name in _SUMS)},
    started_at = least(run.started_at, excluded.started_at),
    ended_at = greatest(run.ended_at, excluded.ended_at),
    last_heard_at = excluded.last_heard_at
  RETURNING 1
), used AS (
  INSERT INTO telemetry_modeluse AS used
         (id, organization_id, source_id, vendor, model, hour, {", ".join(_USED)})
  SELECT gen_random_uuid(), %(organization)s, source_id, vendor, model,
         date_trunc('hour', started_at, 'UTC'), {", ".join(_USED.values())}
    FROM told WHERE counted AND kind IN ('llm', 'embedding')
   GROUP BY source_id, vendor, model, date_trunc('hour', started_at, 'UTC')
   ORDER BY 3, 6, 4, 5
  ON CONFLICT (organization_id, hour, source_id, vendor, model) DO UPDATE SET
    {", ".join(_added("used", name) for name in _USED)}
)
SELECT (SELECT count(*) FROM fresh), (SELECT count(*) FROM runs)
"""  # noqa: S608 - names of our own columns
