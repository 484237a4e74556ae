"""Keep what agents were observed to use."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import transaction
from django.utils import timezone

from accounts.permissions import require
from armproject.lib.money import ZERO
from connectors.base import Period
from costs import ledger
from costs.actions.attribute_days import attribute_days
from costs.actions.keep_usage import ensure_months
from costs.attribution import TELEMETRY
from costs.models import PeriodType, UsageRecord
from costs.periods import HOUR, floor_day
from costs.pricing import price_version
from telemetry.models import ModelUse, Source

# Spans arrive up to a month late; what is older stands as it is.
LATE = timedelta(days=31)
# Where telemetry has another word for who runs a model than connections have.
VENDORS = {"bedrock": "aws"}
WRITTEN = (
    *("agent_id", "input_tokens", "output_tokens", "cached_tokens", "cache_write_tokens"),
    *("requests", "errors", "estimated_cost"),
)


class Key(NamedTuple):
    """What one record of observed use is about."""

    vendor: str
    model: str
    starts_at: datetime
    source: str


@dataclass(slots=True)
class Use:
    """The sum of some calls; `cost` is that of the calls that have a price."""

    input: int = 0
    output: int = 0
    cached: int = 0
    cache_write: int = 0
    calls: int = 0
    errors: int = 0
    cost: Decimal = field(default=ZERO)
    unpriced: int = 0

    @property
    def estimate(self) -> Decimal | None:
        """What the calls cost, None where none of them has a price."""
        return None if self.unpriced and self.unpriced == self.calls else self.cost


def keep_observed(back: timedelta = timedelta(days=2)) -> int:
    """Bring usage records up to what agents told of their calls in the last days.

    Each call was priced by itself as it arrived. Only what differs is written, and only days that
    differ get new figures; returns how many records were.
    """
    require("costs.sync")
    now = timezone.now()
    period = Period(floor_day(now - min(back, LATE)), now + HOUR)
    by_vendor: dict[str, dict[Key, Use]] = defaultdict(dict)
    for key, use in _used(period).items():
        by_vendor[key.vendor][key] = use
    known = UsageRecord.objects.filter(surface=TELEMETRY, starts_at__gte=period.start)
    vendors = {*by_vendor, *known.order_by().values_list("vendor", flat=True).distinct()}
    return sum(_keep(vendor, period, by_vendor[vendor]) for vendor in sorted(vendors))


@transaction.atomic
def _keep(vendor: str, period: Period, used: Mapping[Key, Use]) -> int:
    ledger.lock(vendor)
    ensure_months("costs_usagerecord", period)
    rows = UsageRecord.objects.filter(
        vendor=vendor,
        surface=TELEMETRY,
        starts_at__gte=period.start,
        starts_at__lt=period.end,
    )
    stored = {_key(row): row for row in rows.iterator(chunk_size=ledger.BATCH)}
    sources = _sources(key.source for key in used)
    new, changed = [], []
    for key, use in used.items():
        record = _record(key, use, sources.get(key.source))
        known = stored.pop(key, None)
        if known is None:
            new.append(record)
        elif _written(known) != _written(record):
            record.pk = known.pk
            changed.append(record)
    gone = list(stored.values())
    rows.filter(pk__in=[row.pk for row in gone]).delete()
    UsageRecord.objects.bulk_update(changed, WRITTEN, batch_size=ledger.BATCH)
    ledger.insert(UsageRecord, new)
    attribute_days(vendor, {_day(row) for row in (*new, *changed, *gone)})
    return len(new) + len(changed) + len(gone)


def _used(period: Period) -> dict[Key, Use]:
    found: dict[Key, Use] = defaultdict(Use)
    rows = ModelUse.objects.filter(hour__gte=period.start, hour__lt=period.end).order_by()
    columns = (
        *("vendor", "model", "hour", "source_id", "input_tokens", "output_tokens"),
        *("cached_tokens", "cache_write_tokens", "calls", "errors", "cost", "unpriced"),
    )
    for vendor, model, hour, source, *sums in rows.values_list(*columns).iterator():
        name = VENDORS.get(vendor, vendor)[:20]
        use = found[Key(name, model[:200], hour, str(source))]
        for place, value in zip(Use.__slots__, sums, strict=True):
            setattr(use, place, getattr(use, place) + value)
    return found


def _sources(ids: Iterable[str]) -> dict[str, Source]:
    return {str(row.pk): row for row in Source.objects.filter(pk__in={*ids})}


def _record(key: Key, use: Use, source: Source | None) -> UsageRecord:
    cached = min(use.cached, use.input)
    return UsageRecord(
        vendor=key.vendor,
        agent_id=source.agent_id if source else None,
        model=key.model,
        vendor_agent_id=key.source,
        project=source.service if source else "",
        surface=TELEMETRY,
        period_type=PeriodType.HOUR,
        starts_at=key.starts_at,
        ends_at=key.starts_at + HOUR,
        input_tokens=use.input,
        output_tokens=use.output,
        cached_tokens=cached,
        cache_write_tokens=min(use.cache_write, use.input - cached),
        requests=use.calls,
        errors=use.errors,
        estimated_cost=use.estimate,
        price_version=price_version(),
    )


def _key(row: UsageRecord) -> Key:
    return Key(row.vendor, row.model, row.starts_at, row.vendor_agent_id)


def _written(row: UsageRecord) -> tuple[Any, ...]:
    return tuple(getattr(row, name) for name in WRITTEN)


def _day(row: UsageRecord) -> date:
    return row.starts_at.astimezone(UTC).date()
