"""Spans of time as vendors cut them, and what lies in them."""

import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from connectors.base import Period

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
WEEK = timedelta(days=7)
MOST_IN_HOURS = timedelta(days=31)


def now() -> datetime:
    return datetime.fromtimestamp(time.time(), UTC)


def bucket_of(period: Period) -> timedelta:
    """Return how finely to ask for this period: in hours up to a month, in days beyond."""
    return HOUR if period.end - period.start <= MOST_IN_HOURS else DAY


def floored(moment: datetime, width: timedelta) -> datetime:
    """Return the beginning of the UTC hour or day this moment lies in."""
    moment = moment.astimezone(UTC)
    start = moment.replace(minute=0, second=0, microsecond=0)
    return start.replace(hour=0) if width == DAY else start


def windows(period: Period, longest: timedelta) -> Iterator[Period]:
    """Cut a period into parts that are at most this long."""
    start = period.start
    while start < period.end:
        end = min(start + longest, period.end)
        yield Period(start, end)
        start = end


def p95(milliseconds: Sequence[int]) -> int | None:
    """Return the value that 95 % do not exceed (nearest rank)."""
    ordered = sorted(milliseconds)
    return ordered[-(-95 * len(ordered) // 100) - 1] if ordered else None


def milliseconds(start: datetime, end: datetime) -> int:
    return max(round((end - start) / timedelta(milliseconds=1)), 0)
