"""Keep what a vendor reported of a span of time."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date
from typing import Any
from uuid import UUID

from django.db import transaction

from accounts.permissions import require
from armproject.lib.partitions import ensure_partitions
from connectors.base import Period, UsageRow
from connectors.models import Connection
from costs import ledger
from costs.actions.attribute_days import attribute_days
from costs.actions.drop_twins import drop_twins
from costs.models import PeriodType, UsageRecord
from costs.owners import Owners
from costs.periods import HOUR
from costs.pricing import Tokens, estimate, price_version

NAMES = ("starts_at", "period_type", *ledger.NAMES)
COUNTED = ("ends_at", *ledger.SUMMED, "requests", "errors", "agent_id")
PRICED = ("estimated_input_cost", "estimated_cost", "price_version")


@dataclass(slots=True)
class Kept:
    """What became of a reading: how many rows, and which UTC days have changed."""

    rows: int = 0
    new: int = 0
    changed: int = 0
    removed: int = 0
    days: set[date] = field(default_factory=set)

    def counts(self) -> dict[str, int]:
        return {name: getattr(self, name) for name in ("rows", "new", "changed", "removed")}


@transaction.atomic
def keep_usage(
    connection: Connection, period: Period, rows: Sequence[UsageRow], *, spare: str = ""
) -> Kept:
    """Replace what is kept of this connection's usage in the period by what was read now.

    Corrections lower as well as raise. Only what differs is written, and only days that differ
    get new figures; all of it is visible at once or not at all. What is kept of the surface
    `spare` stays, because it could not be read.
    """
    require("costs.sync")
    ledger.lock(connection.vendor)
    ensure_months("costs_usagerecord", period)
    stored = _stored(connection, period, spare)
    owners = Owners.of(connection.vendor)
    kept = Kept(rows=len(rows))
    new, changed = [], []
    for row in filter(_is_something, rows):
        record = _record(connection, row, owners)
        known = stored.pop(_values(record, NAMES), None)
        if known is None:
            new.append(set_price(record))
        elif known[1] != _values(record, COUNTED):
            record.pk = known[0]
            changed.append(set_price(record))
    for record in (*new, *changed):
        kept.days.add(record.starts_at.astimezone(UTC).date())
    kept.days.update(names[0].astimezone(UTC).date() for names in stored)
    _forget([known[0] for known in stored.values()], period)
    UsageRecord.objects.bulk_update(
        changed, [*COUNTED[:-1], "agent", *PRICED], batch_size=ledger.BATCH
    )
    ledger.insert(UsageRecord, new)
    kept.days |= drop_twins(connection, new, NAMES, period)
    kept.new, kept.changed, kept.removed = len(new), len(changed), len(stored)
    attribute_days(connection.vendor, kept.days)
    return kept


def ensure_months(table: str, period: Period) -> None:
    """Make sure the months of this period have their partitions."""
    months = (period.end.year - period.start.year) * 12 + period.end.month - period.start.month
    ensure_partitions(table, "month", period.start.date(), months + 1)


def _stored(
    connection: Connection, period: Period, spare: str
) -> dict[tuple[Any, ...], tuple[UUID, tuple[Any, ...]]]:
    rows = UsageRecord.objects.filter(
        connection=connection, starts_at__gte=period.start, starts_at__lt=period.end
    )
    if spare:
        rows = rows.exclude(surface=spare)
    found = rows.values_list("id", *NAMES, *COUNTED)
    cut = 1 + len(NAMES)
    return {row[1:cut]: (row[0], row[cut:]) for row in found.iterator(chunk_size=5_000)}


def _is_something(row: UsageRow) -> bool:
    """Tell whether a row counts anything: vendors also list sessions that used nothing."""
    return any((row.input_tokens, row.output_tokens, row.requests, row.errors))


def _record(connection: Connection, row: UsageRow, owners: Owners) -> UsageRecord:
    return UsageRecord(
        connection=connection,
        vendor=connection.vendor,
        agent_id=owners.owner(row.agent, row.api_key, row.source),
        model=row.model,
        vendor_agent_id=row.agent,
        api_key=row.api_key,
        project=row.project,
        surface=row.source,
        period_type=PeriodType.HOUR if row.end - row.start == HOUR else PeriodType.DAY,
        starts_at=row.start,
        ends_at=row.end,
        input_tokens=row.input_tokens,
        output_tokens=row.output_tokens,
        cached_tokens=row.cached_tokens,
        cache_write_tokens=row.cache_write_tokens,
        requests=row.requests,
        errors=row.errors,
    )


def set_price(record: UsageRecord) -> UsageRecord:
    """Set what the price list says of this record."""
    price = estimate(record.vendor, record.model, tokens_of(record), record.starts_at)
    record.estimated_cost = price and price.total
    record.estimated_input_cost = price and price.input
    record.price_version = price_version()
    return record


def tokens_of(record: UsageRecord) -> Tokens:
    return Tokens(
        record.input_tokens,
        record.output_tokens,
        record.cached_tokens,
        record.cache_write_tokens,
        record.requests,
    )


def _values(record: UsageRecord, names: Iterable[str]) -> tuple[Any, ...]:
    return tuple(getattr(record, name) for name in names)


def _forget(ids: Sequence[UUID], period: Period) -> None:
    for first in range(0, len(ids), ledger.BATCH):
        UsageRecord.objects.filter(
            pk__in=ids[first : first + ledger.BATCH],
            starts_at__gte=period.start,
            starts_at__lt=period.end,
        ).delete()
