"""What the organization spends: today, this week, this month, and day by day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.db.models import Q, Subquery, Sum
from django.db.models.functions import TruncDate
from django.urls import reverse
from django.utils import timezone

from accounts.models import Organization
from armproject.home.curve import Curve, draw
from armproject.lib.money import ZERO, Money
from costs.models import ModelHour
from costs.periods import DAY, Named, Stretch, midnight, named, zone_of

TREND_DAYS: Final = 14
LABELS: Final = {
    Named.TODAY: ("Today", "yesterday by now"),
    Named.WEEK: ("This week", "last week by now"),
    Named.MONTH: ("This month", "last month by now"),
}

Sums = Mapping[str, Mapping[str, Any]]  # by currency, then by the name of the sum


@dataclass(frozen=True, slots=True)
class Figure:
    """The money of one span, and how it compares with the same part of the span before."""

    label: str
    money: Money
    others: tuple[Money, ...]
    before: Money | None
    compared: str

    @property
    def change(self) -> int | None:
        """Return the change in per cent, or None where there is nothing to compare with."""
        if self.before is None or self.before.amount <= 0:
            return None
        return round(100 * (self.money.amount - self.before.amount) / self.before.amount)


@dataclass(frozen=True, slots=True)
class Day:
    """One point of the trend; `height` is in per cent of the picture."""

    day: date
    money: Money
    height: float


@dataclass(frozen=True, slots=True)
class Spend:
    figures: tuple[Figure, ...]
    days: tuple[Day, ...]
    curve: Curve
    ticks: tuple[str, ...]
    url: str

    @property
    def is_empty(self) -> bool:
        return not any(figure.money.amount for figure in self.figures) and not any(
            day.money.amount for day in self.days
        )


def read_spend(organization: Organization) -> Spend:
    """Add up the sums of hours in the organization's zone; other currencies stand beside."""
    now, zone = timezone.now(), zone_of(organization.time_zone)
    stretches = [named(name, now, zone) for name in LABELS]
    rows = _by_day(stretches, now, zone)
    sums = _sums(rows)
    main = _main(sums, organization.currency)
    days = _days(rows, main, now.astimezone(zone).date())
    curve = draw([money.amount for _, money in days])
    return Spend(
        figures=tuple(
            _figure(stretch, sums, main, before=stretch.same_part(now)[0]) for stretch in stretches
        ),
        days=tuple(
            Day(day, money, height)
            for (day, money), height in zip(days, curve.heights, strict=True)
        ),
        curve=curve,
        ticks=tuple(str(Money(tick, main)).removesuffix(".00") for tick in curve.ticks),
        url=reverse("admin:costs_overview"),
    )


def _by_day(stretches: Sequence[Stretch], now: datetime, zone: ZoneInfo) -> list[Any]:
    """Return by currency and day the money of each stretch, of those before, and of the day."""
    oldest = ModelHour.objects.order_by("hour").values("hour")[:1]
    wanted: dict[str, Any] = {"spent": Sum("cost"), "oldest": Subquery(oldest)}
    first = midnight(_first_day(now.astimezone(zone).date()), zone)
    for stretch in stretches:
        before, until = stretch.same_part(now)
        first = min(first, before)
        present = Q(hour__gte=stretch.start, hour__lt=stretch.end)
        former = Q(hour__gte=before, hour__lt=until)
        wanted[stretch.name] = Sum("cost", filter=present, default=0)
        wanted[f"before_{stretch.name}"] = Sum("cost", filter=former, default=0)
    rows = ModelHour.objects.filter(hour__gte=first).order_by()
    days = rows.values("currency", day=TruncDate("hour", tzinfo=zone))
    return list(days.annotate(**wanted))


def _sums(rows: Sequence[Mapping[str, Any]]) -> Sums:
    """Add up the days of each currency; all of them know the same oldest hour."""
    sums: dict[str, dict[str, Any]] = {}
    for row in rows:
        whole = sums.setdefault(row["currency"], {"oldest": row["oldest"]})
        for name in row.keys() - {"currency", "day", "spent", "oldest"}:
            whole[name] = whole.get(name, ZERO) + row[name]
    return sums


def _main(sums: Sums, preferred: str) -> str:
    """Return the currency most of the money is in."""
    if preferred in sums or not sums:
        return preferred
    return max(sums, key=lambda currency: sums[currency][Named.MONTH])


def _figure(stretch: Stretch, sums: Sums, main: str, *, before: datetime) -> Figure:
    name, row = stretch.name, sums.get(main)
    label, compared = LABELS[name]
    # A span of which only the end is known would make any present look dear.
    is_known = row is not None and row["oldest"] <= before
    return Figure(
        label=label,
        money=Money(row[name] if row else ZERO, main),
        others=tuple(
            Money(other[name], currency)
            for currency, other in sorted(sums.items())
            if currency != main and other[name]
        ),
        before=Money(row[f"before_{name}"], main) if row and is_known else None,
        compared=compared,
    )


def _days(
    rows: Sequence[Mapping[str, Any]], currency: str, today: date
) -> list[tuple[date, Money]]:
    costs = {row["day"]: row["spent"] for row in rows if row["currency"] == currency}
    first = _first_day(today)
    return [
        (day, Money(costs.get(day, ZERO), currency))
        for day in (first + n * DAY for n in range(TREND_DAYS))
    ]


def _first_day(today: date) -> date:
    return today - timedelta(days=TREND_DAYS - 1)
