"""Keep spans, and all that follows from them at once."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import connection as database

from accounts.fence import current_organization_id
from telemetry import identity
from telemetry.actions.keep_sources import keep_sources
from telemetry.actions.prepare_days import prepare_days
from telemetry.naming import name_sources
from telemetry.records import SpanRecord
from telemetry.registry import price_of
from telemetry.staging import Line, as_json, line
from telemetry.storing import STORE

PRICED = frozenset({"llm", "embedding"})
SECOND = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Stored:
    """What became of a batch: how many of its spans are new, and how many runs those belong to."""

    spans: int
    runs: int


def store_spans(records: Sequence[SpanRecord]) -> Stored:
    """Keep spans in the caller's transaction; those that are kept already change nothing.

    Runs and what models used are brought up to date by the same statement, so nothing can be seen
    of one without the other.
    """
    if not records:
        return Stored(0, 0)
    prepare_days(each.started_ns // SECOND for each in records)
    sources = keep_sources(name_sources(records))
    lines = {each[0]: each for each in _lines(records, sources)}
    return _store(lines.values())


def _lines(records: Sequence[SpanRecord], sources: Sequence[UUID]) -> Iterator[Line]:
    organization = current_organization_id()
    runs: dict[str, UUID] = {}
    for record, source in zip(records, sources, strict=True):
        run = runs.get(record.trace_id)
        if run is None:
            runs[record.trace_id] = run = identity.run_id(organization, record.trace_id)
        yield line(organization, record, run=run, source=source, cost=_cost(record))


def _cost(record: SpanRecord) -> Any:
    """Return what a model call costs: as its sender says, else by the price list."""
    if record.counts_twice or record.kind not in PRICED:
        return None
    if record.cost is not None and record.cost_currency == "USD":
        return record.cost
    return price_of(record, datetime.fromtimestamp(record.started_ns / SECOND, UTC))


def _store(lines: Any) -> Stored:
    with database.cursor() as cursor:
        organization = current_organization_id()
        cursor.execute(STORE, {"organization": organization, "lines": as_json(lines)})
        return Stored(*cursor.fetchone())
