"""What the Studio's page of costs shows."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone

from accounts.permissions import has_permission
from armproject.lib.money import Money
from connectors.models import Connection
from connectors.registry import kinds, load
from costs import reports
from costs.chart import Bars, bars
from costs.models import CostSource
from costs.periods import Every, Named, Stretch, named, zone_of
from costs.pricing import CURRENCY
from costs.reconciliation import Gap, gaps
from costs.reports import By, Freshness, Part, Point, Summary
from costs.tables import agents_table, models_table, payers_table

HUNDRED = 100
NAMES = {
    Named.TODAY: ("Today", "yesterday by now"),
    Named.WEEK: ("This week", "last week by now"),
    Named.MONTH: ("This month", "last month by now"),
}
BILLED = (CostSource.BILLED, CostSource.ALLOCATED)
MEANING = {
    CostSource.BILLED: "The vendor's bill says so.",
    CostSource.ALLOCATED: "From the vendor's bill, which does not name agents; divided by use.",
    CostSource.ESTIMATED: "Tokens by the public price list; the vendor has not billed them.",
    CostSource.OBSERVED: "Each call agents told of, by the price list; no vendor reports it.",
}


@dataclass(frozen=True, slots=True)
class Figure:
    """One of the page's totals, beside the same part of the span before."""

    label: str
    compared: str
    money: Money
    tokens: int
    change: int | None
    url: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Bar:
    """One hour or day: money in two parts by how it is known, and tokens."""

    at: datetime | date
    money: Money
    tokens: int
    unpriced: int
    billed: Decimal
    estimated: Decimal
    height: Decimal
    is_ahead: bool


@dataclass(frozen=True, slots=True)
class Course:
    """The trend of the stretch."""

    every: Every
    bars: Sequence[Bar]
    ticks: Sequence[Money]
    most_tokens: Decimal

    @property
    def is_empty(self) -> bool:
        return not any(bar.money.amount or bar.tokens for bar in self.bars)


@dataclass(frozen=True, slots=True)
class Apart:
    """How far agents and a vendor are apart, in money."""

    gap: Gap
    observed: Money
    reported: Money
    difference: Money
    is_more: bool
    percent: Decimal


@dataclass(frozen=True, slots=True)
class Known:
    """How much of the total is known in one way."""

    source: str
    label: str
    meaning: str
    money: Money
    percent: Decimal


def read_page(
    stretch: Stretch, currency: str = "", payer: By = By.COST_CENTER, opened: str = ""
) -> dict[str, Any]:
    """Return the page: totals, trend, tables, what has no price, and how fresh it is.

    `payer` is by what the table of those who pay divides, `opened` the table shown whole.
    """
    own = reports.organization()
    summary = reports.summary(stretch)
    known = [total.now.currency for total in summary.totals]
    shown = currency if currency in known else known[0]
    fresh = reports.freshness()
    total = next(each.now for each in summary.totals if each.now.currency == shown)
    by_agent = reports.breakdown(stretch, By.AGENT)
    return {
        "stretch": stretch,
        "currency": shown,
        "currencies": known if len(known) > 1 else [],
        "figures": list(_figures(stretch, own.time_zone, shown)),
        "total": Money(total.cost, shown),
        "total_part": total,
        "course": _course(stretch, shown),
        "tables": [
            agents_table(by_agent, stretch, shown, opened),
            models_table(reports.breakdown(stretch, By.MODEL), stretch, shown, opened),
            payers_table(reports.breakdown(stretch, payer), payer, stretch, shown, opened),
        ],
        "unpriced": reports.unpriced(stretch),
        "known": _known(by_agent, shown),
        "gaps": [_apart(gap) for gap in gaps(stretch)],
        "fresh": fresh,
        "vendors": {kind: load(kind).label for kind in kinds()},
        "is_empty": _is_empty(summary, fresh),
        "has_connections": Connection.objects.connected().exists(),
        "may_sync": has_permission("costs.sync") and bool(fresh),
        "may_connect": has_permission("connections.write"),
        "export": _export_url(stretch),
    }


def _figures(stretch: Stretch, zone: str, currency: str) -> Iterable[Figure]:
    now = timezone.now()
    for name, (label, compared) in NAMES.items():
        summary = reports.summary(named(name, now, zone_of(zone)))
        found = [total for total in summary.totals if total.now.currency == currency]
        total = found[0] if found else None
        change = total.change if total else None
        yield Figure(
            label,
            compared,
            Money(total.now.cost if total else Decimal(0), currency),
            total.now.tokens if total else 0,
            None if change is None else round(change * HUNDRED),
            f"?period={name}",
            stretch.name == name,
        )


def _course(stretch: Stretch, currency: str) -> Course:
    points = [point for point in reports.trend(stretch) if _is_of(point, currency)]
    drawn = bars([point.part.cost for point in points])
    most = max((point.part.tokens for point in points), default=0)
    return Course(
        stretch.every,
        [_bar(point, drawn, n, currency) for n, point in enumerate(points)],
        [Money(tick, currency) for tick in drawn.ticks],
        Decimal(most),
    )


def _is_of(point: Point, currency: str) -> bool:
    """Tell whether a point is of this currency, or stands for a time without any figures."""
    return point.part.currency == currency or not point.part.by_source


def _bar(point: Point, drawn: Bars, number: int, currency: str) -> Bar:
    part, known = point.part, point.part.by_source
    by_bill = sum((known.get(source, Decimal(0)) for source in BILLED), Decimal(0))
    full = drawn.heights[number]
    billed = full * by_bill / part.cost if part.cost else Decimal(0)
    return Bar(
        point.at,
        Money(part.cost, currency),
        part.tokens,
        part.unpriced_tokens,
        round(billed, 2),
        round(full - billed, 2),
        full,
        _is_ahead(point.at),
    )


def _is_ahead(at: datetime | date) -> bool:
    return isinstance(at, datetime) and at > timezone.now()


def _known(by_agent: Sequence[Part], currency: str) -> list[Known]:
    """Add up by how it is known; only the division by agent tells what was allocated."""
    amounts: dict[str, Decimal] = defaultdict(Decimal)
    for part in by_agent:
        if part.currency == currency:
            for source, cost in part.by_source.items():
                amounts[source] += cost
    whole = sum(amounts.values(), Decimal(0))
    return [
        Known(
            source,
            source.label,
            meaning,
            Money(amounts[source], currency),
            round(HUNDRED * amounts[source] / whole, 1) if whole else Decimal(0),
        )
        for source, meaning in MEANING.items()
        if source in amounts
    ]


def _apart(gap: Gap) -> Apart:
    return Apart(
        gap,
        Money(gap.observed, CURRENCY),
        Money(gap.reported, CURRENCY),
        Money(abs(gap.difference), CURRENCY),
        gap.difference < 0,
        round(HUNDRED * min(gap.share or Decimal(0), Decimal(1)), 1),
    )


def _is_empty(summary: Summary, fresh: Sequence[Freshness]) -> bool:
    """Tell whether there is nothing at all to show, neither figures nor a finished reading."""
    has_figures = any(total.now.by_source or total.former for total in summary.totals)
    return not has_figures and not any(each.usage_at or each.costs_at for each in fresh)


def _export_url(stretch: Stretch) -> str:
    return f"/api/v1/costs/usage/export?start={stretch.first}&end={stretch.last}"
