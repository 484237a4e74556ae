"""Check the sums that dashboards read."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.permissions import require
from armproject.lib.audit import record
from costs import ledger
from costs.actions.attribute_days import attribute_days, current_zone, figures_of
from costs.models import BilledCost, ModelHour, UsageRecord
from costs.periods import DAY, floor_day
from costs.sums import NOTHING, Sums, total

log = logging.getLogger(__name__)

BACK = timedelta(days=35)


@dataclass(frozen=True, slots=True)
class Difference:
    """One day of one vendor whose stored sums are not what its records add up to."""

    vendor: str
    day: date
    rows: int
    stored: Sums
    actual: Sums

    def as_json(self) -> dict[str, str | int]:
        return {
            "vendor": self.vendor,
            "day": str(self.day),
            "rows": self.rows,
            "stored_cost": str(self.stored.cost),
            "actual_cost": str(self.actual.cost),
        }


def verify_rollups(back: timedelta = BACK) -> list[Difference]:
    """Recompute the sums of the last days, report every difference, and put them right.

    A difference is a defect, or the organization's time zone has changed.
    """
    require("costs.sync")
    checks = (_check(vendor, day) for vendor in _vendors() for day in _days(back))
    return [difference for difference in checks if difference is not None]


@transaction.atomic
def _check(vendor: str, day: date) -> Difference | None:
    ledger.lock(vendor)
    actual = figures_of(ledger.accounts_of(vendor, day), day, current_zone(), write=False)
    hours, agents = ledger.hours_of(vendor, day), ledger.agents_of(vendor, day)
    rows = _differing(hours, actual.hours) + _differing(agents, actual.agents)
    if not rows:
        return None
    found = Difference(vendor, day, rows, total(hours.values()), total(actual.hours.values()))
    log.error("rollups_differ", extra=found.as_json())
    record("costs.rollups_differ", details=found.as_json())
    attribute_days(vendor, [day])
    return found


def _differing(stored: dict[Any, Sums], actual: dict[Any, Sums]) -> int:
    keys = stored.keys() | actual.keys()
    return sum(stored.get(key, NOTHING) != actual.get(key, NOTHING) for key in keys)


def _vendors() -> list[str]:
    since = floor_day(timezone.now() - BACK)
    found: set[str] = set()
    found.update(ModelHour.objects.filter(hour__gte=since).values_list("vendor", flat=True))
    for model in (UsageRecord, BilledCost):
        rows = model.objects.filter(starts_at__gte=since).order_by()
        found.update(rows.values_list("vendor", flat=True).distinct())
    return sorted(found)


def _days(back: timedelta) -> Iterable[date]:
    today = floor_day(timezone.now()).date()
    return (today - n * DAY for n in range(back.days + 1))
