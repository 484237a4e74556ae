"""Look whether the sums of runs are right."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import NamedTuple

from accounts.permissions import require
from telemetry.actions.repair_sums import DAY, days_to_mend
from telemetry.reports.sum_differences import sum_differences

MOST = 1_000


class WrongSum(NamedTuple):
    """An hour's sum that differs from its runs."""

    of: str
    key: str
    at: datetime


@dataclass(frozen=True, slots=True)
class WrongSums:
    """How many sums are wrong, and the first thousand of them."""

    number: int
    sums: list[WrongSum]


def check_sums(first: date | None = None, last: date | None = None) -> WrongSums:
    """Return which sums of hours are not what their runs add up to, by default of seven days."""
    require("runs.repair")
    first, last = days_to_mend(first, last)
    start, end = (datetime.combine(day, time(), UTC) for day in (first, last + DAY))
    found = [WrongSum(*each) for each in sum_differences(start, end)]
    return WrongSums(len(found), found[:MOST])
