"""Spans of time as people mean them: today, this week, this month, in the organization's zone.

A day begins at the zone's first instant of it, so that days of 23 and 25 hours are whole days. A
week begins on Monday. What is only known by the hour belongs to the day its hour begins in.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from armproject.lib.errors import InvalidInput

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
LONGEST = timedelta(days=400)
MOST_DAYS_BY_HOUR = 2
EARLIEST, LATEST = date(2020, 1, 1), date(2100, 1, 1)


class Every(StrEnum):
    """How finely a trend is cut."""

    HOUR = "hour"
    DAY = "day"


class Named(StrEnum):
    TODAY = "today"
    WEEK = "week"
    MONTH = "month"
    CUSTOM = "custom"


@dataclass(frozen=True, slots=True)
class Stretch:
    """Whole local days, `first` to `last`, and the instants they begin and end at."""

    name: Named
    first: date
    last: date
    zone: ZoneInfo

    @property
    def start(self) -> datetime:
        return midnight(self.first, self.zone)

    @property
    def end(self) -> datetime:
        return midnight(self.last + DAY, self.zone)

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def every(self) -> Every:
        return Every.HOUR if self.days <= MOST_DAYS_BY_HOUR else Every.DAY

    def former(self) -> "Stretch":
        """Return the stretch that came before: yesterday, last week, last month."""
        last = self.first - DAY
        if self.name == Named.MONTH:
            return Stretch(self.name, last.replace(day=1), last, self.zone)
        days = 7 if self.name == Named.WEEK else self.days
        return Stretch(self.name, self.first - days * DAY, last, self.zone)

    def same_part(self, now: datetime) -> tuple[datetime, datetime]:
        """Return the part of the former stretch that is as long as what has passed of this one."""
        before = self.former()
        if now >= self.end:
            return before.start, before.end
        passed = max(now - self.start, timedelta(0))
        return before.start, min(before.start + passed, before.end)

    def dates(self) -> Iterator[date]:
        return (self.first + n * DAY for n in range(self.days))

    def hours(self) -> Iterator[datetime]:
        """Yield the UTC hours that begin in this stretch."""
        at = ceil_hour(self.start)
        while at < self.end:
            yield at
            at += HOUR


def zone_of(name: str) -> ZoneInfo:
    """Return the zone by its name, UTC where the name is unknown."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """Return the first instant of a local day, in UTC."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def utc_day(day: date) -> tuple[datetime, datetime]:
    """Return the bounds of a day by UTC, as vendors cut their bills."""
    start = datetime.combine(day, time(), UTC)
    return start, start + DAY


def floor_hour(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def floor_day(moment: datetime) -> datetime:
    return floor_hour(moment).replace(hour=0)


def ceil_hour(moment: datetime) -> datetime:
    floored = floor_hour(moment)
    return floored if floored == moment else floored + HOUR


def named(name: Named, now: datetime, zone: ZoneInfo) -> Stretch:
    """Return today, this week or this month, as whole days up to today's end."""
    today = now.astimezone(zone).date()
    first = {
        Named.TODAY: today,
        Named.WEEK: today - today.weekday() * DAY,
        Named.MONTH: today.replace(day=1),
    }
    return Stretch(name, first[name], today, zone)


def custom(first: date, last: date, zone: ZoneInfo) -> Stretch:
    """Return these days, both included."""
    if last < first:
        raise _refused("end", "The end lies before the start.")
    if last - first > LONGEST:
        raise _refused("end", f"At most {LONGEST.days} days can be read at once.")
    if not EARLIEST <= first <= last <= LATEST:
        raise _refused("start", "Choose dates between 2020 and 2100.")
    return Stretch(Named.CUSTOM, first, last, zone)


def opening(asked: date, zone: ZoneInfo) -> datetime:
    """Return the instant from which rows count: a day's first one, or the moment itself."""
    return asked if isinstance(asked, datetime) else midnight(asked, zone)


def closing(asked: date, zone: ZoneInfo) -> datetime:
    """Return the instant before which rows count: a day's end, so that the day is included."""
    return asked if isinstance(asked, datetime) else midnight(asked + DAY, zone)


def refuse_turned(start: datetime | None, end: datetime | None) -> None:
    """Refuse bounds that lie the wrong way round and leave nothing between them."""
    if start is not None and end is not None and end <= start:
        raise _refused("end", "The end lies before the start.")


def chosen(
    name: Named, first: date | None, last: date | None, now: datetime, zone: ZoneInfo
) -> Stretch:
    """Return the stretch a person or program asked for."""
    if name != Named.CUSTOM:
        if first or last:
            raise _refused("period", "Dates go with period=custom only.")
        return named(name, now, zone)
    if first is None or last is None:
        raise _refused("start", "period=custom needs a start and an end date.")
    return custom(first, last, zone)


def _refused(field: str, message: str) -> InvalidInput:
    return InvalidInput(message, fields={field: [message]})
