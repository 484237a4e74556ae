"""What usage cost, in every way people ask: totals, parts, course, and how fresh it all is.

Everything is read from the two sums by hour and by day. Currencies are never added: each has its
own figures, the organization's own currency first.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django.db.models import F, QuerySet, Sum
from django.db.models.functions import TruncDate
from django.utils import timezone

from accounts.fence import current_organization_id
from accounts.models import Organization
from agents.models import Agent
from armproject.lib.money import ZERO
from connectors.models import Connection, SyncKind, SyncRun
from costs.models import AgentDay, CostSource, ModelHour, UsageRecord
from costs.periods import Every, Stretch
from costs.reading import GOOD

SUMS = (
    "input_tokens",
    "output_tokens",
    "cached_tokens",
    "cache_write_tokens",
    "requests",
    "errors",
)
NO_AGENT, NO_MODEL = "No agent", "Other charges"
NOT_ASSIGNED = "Not assigned"
NO_CONNECTION, NO_VENDOR = "Told by agents alone", "No vendor named"


class By(StrEnum):
    """What a breakdown is by."""

    AGENT = "agent"
    MODEL = "model"
    VENDOR = "vendor"
    CONNECTION = "connection"
    DAY = "day"
    COST_CENTER = "cost_center"
    OWNER = "owner"
    ENVIRONMENT = "environment"


# By which columns sums of days and of hours are divided: key, label, and the label without a key.
OF_DAYS = {
    By.AGENT: ("agent_id", "agent__name", NO_AGENT),
    By.COST_CENTER: ("agent__cost_center", "agent__cost_center", NOT_ASSIGNED),
    By.OWNER: ("agent__owner_id", "agent__owner__email", NOT_ASSIGNED),
    By.ENVIRONMENT: ("agent__environment", "agent__environment", NOT_ASSIGNED),
}
OF_HOURS = {
    By.MODEL: ("model", "model", NO_MODEL),
    By.VENDOR: ("vendor", "vendor", NO_VENDOR),
    By.CONNECTION: ("connection_id", "connection__name", NO_CONNECTION),
}


@dataclass(slots=True)
class Part:
    """What one thing used and cost, in one currency. `unpriced_tokens` have no cost in it."""

    key: str
    label: str
    currency: str
    cost: Decimal = ZERO
    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0
    cache_write_tokens: int = 0
    requests: int = 0
    errors: int = 0
    unpriced_tokens: int = 0
    by_source: dict[str, Decimal] = field(default_factory=dict)
    share: Decimal = ZERO

    @property
    def tokens(self) -> int:
        return self.input_tokens + self.output_tokens

    @property
    def sources(self) -> list[str]:
        """Return how the figure is known, the most of it first."""
        return sorted(self.by_source, key=lambda name: (-self.by_source[name], name))


@dataclass(frozen=True, slots=True)
class Total:
    """A stretch's total in one currency, beside the same part of the stretch before.

    `former` is None where ARM's figures do not reach back to the beginning of that part.
    """

    now: Part
    former: Decimal | None

    @property
    def change(self) -> Decimal | None:
        """Return the change as a ratio: 0.25 is a quarter more. None where nothing was before."""
        return (self.now.cost - self.former) / self.former if self.former else None


@dataclass(frozen=True, slots=True)
class Summary:
    """A stretch's totals, in the organization's own currency first."""

    stretch: Stretch
    compared: tuple[datetime, datetime]
    totals: list[Total]


@dataclass(frozen=True, slots=True)
class Point:
    """One hour or day of a trend."""

    at: datetime | date
    part: Part


@dataclass(frozen=True, slots=True)
class Freshness:
    """When a connection's usage and bill were last read well, and what the last reading met."""

    connection: Connection
    usage_at: datetime | None
    costs_at: datetime | None
    last: SyncRun | None


def organization() -> Organization:
    return Organization.objects.get(pk=current_organization_id())


def summary(stretch: Stretch) -> Summary:
    """Add up a stretch, beside the same part of the one before."""
    start, end = stretch.same_part(timezone.now())
    before = {part.currency: part.cost for part in _totals(_between(start, end))}
    now = {part.currency: part for part in _totals(_between(stretch.start, stretch.end))}
    is_known = ModelHour.objects.filter(hour__lte=start).exists()
    totals = [
        Total(
            now.get(currency) or Part("", "", currency),
            before.get(currency, ZERO) if is_known else None,
        )
        for currency in _in_order({*now, *before} or {organization().currency})
    ]
    return Summary(stretch, (start, end), totals)


def breakdown(stretch: Stretch, by: By, agent: Agent | None = None) -> list[Part]:
    """Divide a stretch's total, or one agent's part of it; the dearest first in each currency.

    The parts of each division add up to the same total: what belongs to no agent, or to one of
    which nobody said who pays, is a part of its own.
    """
    if agent is not None:
        return models_of(agent, stretch)
    if by == By.DAY:
        return [point.part for point in trend(stretch, Every.DAY) if point.part.by_source]
    if by in OF_DAYS:
        days = AgentDay.objects.filter(day__gte=stretch.first, day__lte=stretch.last)
        return _shares(_parts(days, *OF_DAYS[by]))
    return _shares(_parts(_between(stretch.start, stretch.end), *OF_HOURS[by]))


def models_of(agent: Agent, stretch: Stretch) -> list[Part]:
    """Divide what one agent used by model."""
    rows = UsageRecord.objects.filter(
        agent=agent, starts_at__gte=stretch.start, starts_at__lt=stretch.end
    ).annotate(cost=F("total_cost"))
    return _shares(_parts(rows, *OF_HOURS[By.MODEL]))


def trend(stretch: Stretch, every: Every | None = None) -> list[Point]:
    """Return the course of a stretch, hour by hour or day by day, without gaps."""
    places: Mapping[str, datetime | date]
    hours = _between(stretch.start, stretch.end)
    if (every or stretch.every) == Every.HOUR:
        # By the hour itself: where clocks go back, a local hour comes twice.
        places = {str(hour): hour.astimezone(stretch.zone) for hour in stretch.hours()}
        parts = _parts(hours, "hour", "hour")
    else:
        places = {str(day): day for day in stretch.dates()}
        cut = hours.annotate(place=TruncDate("hour", tzinfo=stretch.zone))
        parts = _parts(cut, "place", "place")
    found: dict[str, list[Part]] = defaultdict(list)
    for part in parts.values():
        found[part.key].append(part)
    own = organization().currency
    return [
        Point(at, part)
        for key, at in places.items()
        for part in found.get(key) or [Part(key, key, own)]
    ]


def freshness() -> list[Freshness]:
    """Return, for each connection that reports usage or costs, how fresh its figures are."""
    connections = [c for c in Connection.objects.connected() if c.can("usage") or c.can("costs")]
    return [_freshness_of(connection) for connection in connections]


def _freshness_of(connection: Connection) -> Freshness:
    runs = SyncRun.objects.filter(connection=connection, kind__in=[SyncKind.USAGE, SyncKind.COSTS])
    return Freshness(
        connection,
        _last_good(runs.filter(kind=SyncKind.USAGE)),
        _last_good(runs.filter(kind=SyncKind.COSTS)),
        runs.order_by("-id").first(),
    )


def unpriced(stretch: Stretch) -> list[Part]:
    """Return the models used without a known price."""
    hours = _between(stretch.start, stretch.end).filter(cost_source=CostSource.UNPRICED)
    parts = _parts(hours, "model", "model", "No model named").values()
    return sorted(
        (part for part in parts if part.unpriced_tokens), key=lambda part: -part.unpriced_tokens
    )


def _between(start: datetime, end: datetime) -> "QuerySet[ModelHour]":
    return ModelHour.objects.filter(hour__gte=start, hour__lt=end)


def _totals(hours: "QuerySet[ModelHour]") -> Iterable[Part]:
    return _parts(hours, None, None).values()


def _parts(
    rows: "QuerySet[Any]", key: str | None, label: str | None, nobody: str = ""
) -> Mapping[Any, Part]:
    """Add rows up by a column and currency; `nobody` is the label of what has no key."""
    columns = dict.fromkeys(name for name in (key, label) if name)
    sums = {f"sum_{name}": Sum(name) for name in (*SUMS, "cost")}
    grouped = rows.order_by().values("currency", "cost_source", *columns).annotate(**sums)
    parts: dict[Any, Part] = {}
    for row in grouped:
        name = (row[key] or None) if key else None
        place = (name, row["currency"])
        if place not in parts:
            told = row[label] if label else None
            shown = nobody if name is None else str(told or name)
            parts[place] = Part(str(name or ""), shown, row["currency"])
        _add(parts[place], row)
    return parts


def _add(part: Part, row: Mapping[str, Any]) -> None:
    for name in SUMS:
        setattr(part, name, getattr(part, name) + (row[f"sum_{name}"] or 0))
    cost, source = row["sum_cost"] or ZERO, row["cost_source"]
    part.cost += cost
    if source == CostSource.UNPRICED:
        part.unpriced_tokens += row["sum_input_tokens"] + row["sum_output_tokens"]
    if cost or part.unpriced_tokens or source != CostSource.UNPRICED:
        part.by_source[source] = part.by_source.get(source, ZERO) + cost


def _shares(parts: Mapping[Any, Part]) -> list[Part]:
    """Return the parts in order, each with its share of its currency's total."""
    whole: dict[str, Decimal] = defaultdict(Decimal)
    for part in parts.values():
        whole[part.currency] += part.cost
    for part in parts.values():
        part.share = part.cost / whole[part.currency] if whole[part.currency] else ZERO
    order = _in_order(whole)
    return sorted(
        parts.values(), key=lambda p: (order.index(p.currency), -p.cost, -p.tokens, p.label)
    )


def _in_order(currencies: Iterable[str]) -> list[str]:
    found = list(currencies)
    if not found[1:]:  # most organizations have one currency, and nothing to ask
        return found
    own = organization().currency
    return sorted(found, key=lambda currency: (currency != own, currency))


def _last_good(runs: "QuerySet[SyncRun]") -> datetime | None:
    last = runs.filter(state__in=GOOD).order_by("-id").first()
    return last.finished_at if last else None
