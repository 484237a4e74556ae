"""Make room for spans of these moments."""

from collections.abc import Iterable
from datetime import date, timedelta

from armproject.lib.partitions import ensure_partitions

EPOCH = date(1970, 1, 1)
SECONDS_OF_A_DAY = 86_400
TABLE = "telemetry_span"


def prepare_days(moments: Iterable[int]) -> int:
    """Make sure the days of these moments (epoch seconds) have a place; return how many are new."""
    days = {moment // SECONDS_OF_A_DAY for moment in moments}
    first_days = (EPOCH + timedelta(days=day) for day in sorted(days))
    return sum(ensure_partitions(TABLE, "day", day, 1) for day in first_days)
