"""The statements by which spans are kept, and their sums.

COPY is the quickest way in, but refused where row-level security binds. It runs as a role of its
own, which may add spans and read nothing, and which the application takes on for this statement
alone; that spans stay inside the organization of the transaction is then held by a trigger on the
table, by the same rule as the policy. COPY keeps a batch or nothing: one that holds spans that are
known already goes in by the other statement, which passes those by. So does every batch where the
server has no such role.

Sums are added to their rows in the order of the keys, so that two batches cannot wait for each
other.
"""

from telemetry.staging import COLUMNS, MISSING
from telemetry.sums import RunSum, UseSum

ROLE = "arm_ingest"
TABLE = "telemetry_span"

MAY_COPY = f"""
SELECT pg_has_role(oid, 'SET') AND has_table_privilege(oid, '{TABLE}'::regclass, 'INSERT')
  FROM pg_roles WHERE rolname = '{ROLE}'
"""  # noqa: S608 - names of our own
# What stands before and after COPY, each on its way to the server in one piece.
BEGIN_COPY = f"SAVEPOINT arm_copy; SET LOCAL ROLE {ROLE}"
END_COPY = "SET LOCAL ROLE NONE; RELEASE SAVEPOINT arm_copy"
# The role goes with the savepoint that it was taken on behind.
UNDO_COPY = "ROLLBACK TO SAVEPOINT arm_copy; RELEASE SAVEPOINT arm_copy"
COPY = (
    f"COPY {TABLE} (organization_id, {', '.join(COLUMNS)})"
    f" FROM STDIN WITH (NULL E'\\x{ord(MISSING):02x}', ENCODING 'UTF8')"
)
KEEP = f"""
INSERT INTO {TABLE} (organization_id, {", ".join(COLUMNS)})
SELECT %(organization)s, line.* FROM json_to_recordset(%(lines)s::json)
    AS line({", ".join(f"{name} {kind}" for name, kind in COLUMNS.items())})
ON CONFLICT DO NOTHING
RETURNING id
"""  # noqa: S608 - names of our own columns

KINDS = {"str": "text", "int": "bigint", "bool": "boolean", "Decimal": "numeric"}
UUIDS = frozenset({"id", "trace_id", "source_id"})
# What a run takes from its head, what it is told once, and what it adds up.
_OF_HEAD = ("source_id", "name", "head_rank", "head_started_at")
_TOLD = ("conversation", "end_user", "app", "environment", "model", "error_type", "error_message")
_SUMS = (
    *("spans", "llm_calls", "tool_calls", "errors", "input_tokens", "output_tokens"),
    *("cached_tokens", "cache_write_tokens", "cost", "unpriced"),
)
_USED = tuple(name for name in ("calls", *_SUMS) if name in UseSum.__struct_fields__)
_BETTER = "(excluded.head_rank, run.head_started_at) > (run.head_rank, excluded.head_started_at)"


def _columns(of: type) -> str:
    return ", ".join(
        f"{name} {'uuid' if name in UUIDS else KINDS[kind.__name__]}"
        for name, kind in of.__annotations__.items()
    )


def _moment(column: str) -> str:
    return f"'epoch'::timestamptz + {column} * interval '1 microsecond'"


def _taken(column: str) -> str:
    return f"{column} = CASE WHEN {_BETTER} THEN excluded.{column} ELSE run.{column} END"


def _filled(column: str) -> str:
    return f"{column} = coalesce(nullif(run.{column}, ''), excluded.{column})"


def _added(table: str, column: str) -> str:
    return f"{column} = {table}.{column} + excluded.{column}"


# How a run ended is said by the event that ends it, if there is one, else by its head.
_STATUS = f"""
  status = CASE WHEN excluded.is_ended THEN excluded.status WHEN run.is_ended THEN run.status
                WHEN {_BETTER} THEN excluded.status ELSE run.status END,
  is_ended = run.is_ended OR excluded.is_ended
"""

ADD = f"""
WITH used AS (
  INSERT INTO telemetry_modeluse AS used
         (id, organization_id, source_id, vendor, model, hour, {", ".join(_USED)})
  SELECT gen_random_uuid(), %(organization)s, source_id, vendor, model,
         to_timestamp(hour), {", ".join(_USED)}
    FROM json_to_recordset(%(uses)s::json) AS told({_columns(UseSum)})
  ON CONFLICT (organization_id, hour, source_id, vendor, model) DO UPDATE SET
    {", ".join(_added("used", name) for name in _USED)}
)
INSERT INTO telemetry_run AS run
       (id, organization_id, trace_id, {", ".join(_OF_HEAD)}, status, is_ended, started_at,
        ended_at, last_heard_at, {", ".join((*_TOLD, *_SUMS))})
SELECT id, %(organization)s, trace_id, source_id, name, head_rank, {_moment("head_started_us")},
       status, is_ended, {_moment("started_us")}, {_moment("ended_us")},
       statement_timestamp(), {", ".join((*_TOLD, *_SUMS))}
  FROM json_to_recordset(%(runs)s::json) AS told({_columns(RunSum)})
ON CONFLICT (id) DO UPDATE SET
  {", ".join(map(_taken, _OF_HEAD))},
  {_STATUS},
  {", ".join(map(_filled, _TOLD))},
  {", ".join(_added("run", name) for name in _SUMS)},
  started_at = least(run.started_at, excluded.started_at),
  ended_at = greatest(run.ended_at, excluded.ended_at),
  last_heard_at = excluded.last_heard_at
"""  # noqa: S608 - names of our own columns
