"""How far what agents told of their calls is from what vendors report of the same days."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date
from decimal import Decimal

from django.db.models import Count, Q, Sum
from django.db.models.functions import TruncDate

from agents.models.vendors import label_of
from armproject.lib.money import ZERO
from costs.attribution import TELEMETRY
from costs.models import ModelHour, UsageRecord, UsageRole
from costs.periods import Stretch
from costs.pricing import CURRENCY


@dataclass(frozen=True, slots=True)
class Gap:
    """One vendor's days of which both told; both amounts are US dollars.

    `unpriced` counts the observed records without a price, so that `observed` is too little.
    """

    vendor: str
    days: int
    observed: Decimal
    reported: Decimal
    unpriced: int

    @property
    def label(self) -> str:
        return label_of(self.vendor)

    @property
    def share(self) -> Decimal | None:
        """The part of the vendor's figure that agents told of: 1 is all of it."""
        return self.observed / self.reported if self.reported else None

    @property
    def difference(self) -> Decimal:
        """How much more the vendor tells of than agents do; below zero, agents tell of more."""
        return self.reported - self.observed


def gaps(stretch: Stretch) -> list[Gap]:
    """Compare day by day, over the days of which a vendor and agents both told."""
    told = _observed(stretch)
    reported = _reported(stretch, {vendor for vendor, _ in told})
    found = []
    for vendor in sorted({vendor for vendor, _ in told}):
        days = [day for name, day in told if name == vendor]
        found.append(
            Gap(
                vendor,
                len(days),
                sum((told[vendor, day][0] for day in days), ZERO),
                sum((reported.get((vendor, day), ZERO) for day in days), ZERO),
                sum(told[vendor, day][1] for day in days),
            )
        )
    return found


def _observed(stretch: Stretch) -> Mapping[tuple[str, date], tuple[Decimal, int]]:
    """Return by vendor and UTC day what agents told of where the vendor told, too."""
    rows = UsageRecord.objects.filter(
        surface=TELEMETRY,
        role=UsageRole.AGENT_SHARE,
        starts_at__gte=stretch.start,
        starts_at__lt=stretch.end,
    )
    days = rows.annotate(on=TruncDate("starts_at", tzinfo=UTC)).order_by()
    sums = days.values("vendor", "on").annotate(
        cost=Sum("estimated_cost", default=ZERO),
        unpriced=Count("pk", filter=Q(estimated_cost=None)),
    )
    return {(row["vendor"], row["on"]): (row["cost"], row["unpriced"]) for row in sums}


def _reported(stretch: Stretch, vendors: set[str]) -> Mapping[tuple[str, date], Decimal]:
    rows = ModelHour.objects.filter(
        vendor__in=vendors,
        currency=CURRENCY,
        hour__gte=stretch.start,
        hour__lt=stretch.end,
    )
    days = rows.annotate(on=TruncDate("hour", tzinfo=UTC)).order_by()
    sums = days.values("vendor", "on").annotate(sum=Sum("cost"))
    return {(row["vendor"], row["on"]): row["sum"] for row in sums}
