"""Keep spans, and all that follows from them at once."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from uuid import UUID

from django.conf import settings
from django.db import DataError, IntegrityError
from django.db import connection as database

from accounts.fence import current_organization_id
from telemetry import identity, storing
from telemetry.actions.keep_said import keep_said
from telemetry.actions.keep_sources import keep_sources
from telemetry.actions.prepare_days import prepare_days
from telemetry.counting import count_steps
from telemetry.naming import name_sources
from telemetry.records import SpanRecord
from telemetry.registry import price_of
from telemetry.staging import Line, as_copy, as_json, in_objects, line
from telemetry.sums import sum_up

PRICED = frozenset({"llm", "embedding"})
SECOND = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Stored:
    """What became of a batch: which of its spans are new, in their order, and of how many runs."""

    kept: Sequence[bool]
    runs: int

    @property
    def spans(self) -> int:
        return sum(self.kept)


def store_spans(records: Sequence[SpanRecord]) -> Stored:
    """Keep spans in the caller's transaction; those that are kept already change nothing.

    Runs and what models used are brought up to date in the same transaction, so nothing can be
    seen of one without the other.
    """
    if not records:
        return Stored((), 0)
    prepare_days(each.started_ns // SECOND for each in records)
    sources = keep_sources(name_sources(records))
    keep_said(records, sources)
    told = list(_lines(records, sources))
    # A span that stands in a batch twice is kept once: as it was told last.
    lines = {each.id: each for each in told}
    fresh = _keep(list(lines.values()))
    runs = _add([lines[row] for row in fresh]) if fresh else 0
    return Stored([each.id in fresh and lines[each.id] is each for each in told], runs)


def _lines(records: Sequence[SpanRecord], sources: Sequence[UUID]) -> Iterator[Line]:
    organization = current_organization_id()
    runs: dict[str, str] = {}
    names = {source: str(source) for source in set(sources)}
    for record, source in zip(records, sources, strict=True):
        run = runs.get(record.trace_id)
        if run is None:
            runs[record.trace_id] = run = str(identity.run_id(organization, record.trace_id))
        yield line(organization, record, run=run, source=names[source], cost=_cost(record))


def _cost(record: SpanRecord) -> Decimal | None:
    """Return what a model call costs: as its sender says, else by the price list."""
    if record.counts_twice or record.kind not in PRICED:
        return None
    if record.cost is not None and record.cost_currency == "USD":
        return Decimal(record.cost)
    return price_of(record, datetime.fromtimestamp(record.started_ns / SECOND, UTC))


def _keep(lines: list[Line]) -> set[str]:
    """Write the spans and return the ids of those that were not known."""
    if _is_worth_a_copy(len(lines)) and _copy(lines):
        return {each.id for each in lines}
    organization = current_organization_id()
    with database.cursor() as cursor:
        told = as_json(in_objects(lines))
        cursor.execute(storing.KEEP, {"organization": organization, "lines": told})
        return {row.hex for (row,) in cursor.fetchall()}


def _is_worth_a_copy(number: int) -> bool:
    """Say whether COPY saves more than its round trips take, and may be used at all."""
    least = settings.ARM_COPY_FROM
    return 0 < least <= number and _may_copy(database.settings_dict["NAME"])


def _copy(lines: list[Line]) -> bool:
    """Write the spans by COPY and say so; nothing is written where one of them is known already."""
    told = as_copy(current_organization_id(), lines)
    with database.cursor() as cursor:
        cursor.execute(storing.BEGIN_COPY)
        try:
            with database.wrap_database_errors, cursor.copy(storing.COPY) as copy:
                copy.write(told)
        except (IntegrityError, DataError):
            cursor.execute(storing.UNDO_COPY)
            return False
        cursor.execute(storing.END_COPY)
    return True


def _add(lines: list[Line]) -> int:
    """Add what new spans tell to their runs and to what models used; return how many runs."""
    runs, uses = sum_up(lines)
    count_steps(lines, uses)
    organization = current_organization_id()
    with database.cursor() as cursor:
        told = {"runs": as_json(runs), "uses": as_json(uses)}
        cursor.execute(storing.ADD, {"organization": organization, **told})
    return len(runs)


@lru_cache
def _may_copy(_name: str) -> bool:
    """Say whether this database has the role that COPY needs; asked once in each process."""
    with database.cursor() as cursor:
        cursor.execute(storing.MAY_COPY)
        return bool((cursor.fetchone() or (False,))[0])
