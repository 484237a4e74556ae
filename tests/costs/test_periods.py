"""Days, weeks and months in the organization's zone, daylight saving included."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from armproject.lib.errors import InvalidInput
from costs.periods import Named, chosen, custom, named, zone_of

VIENNA = ZoneInfo("Europe/Vienna")
HOUR = timedelta(hours=1)


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)


def test_today_begins_at_local_midnight() -> None:
    today = named(Named.TODAY, at(2026, 11, 18, 23, 30), VIENNA)
    assert (today.start, today.end) == (at(2026, 11, 18, 23), at(2026, 11, 19, 23))


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 6, 1), 24)]
)
def test_a_day_has_as_many_hours_as_the_zone_gives_it(day: date, hours: int) -> None:
    stretch = custom(day, day, VIENNA)
    assert (stretch.end - stretch.start) / HOUR == hours
    assert len(list(stretch.hours())) == hours


def test_a_day_without_a_midnight_begins_when_it_begins() -> None:
    beirut = ZoneInfo("Asia/Beirut")  # clocks go from 00:00 to 01:00
    stretch = custom(date(2025, 3, 30), date(2025, 3, 30), beirut)
    assert stretch.start == at(2025, 3, 29, 22)
    assert stretch.start.astimezone(beirut).hour == 1
    assert (stretch.end - stretch.start) / HOUR == 23


def test_hours_belong_to_one_day_where_the_zone_is_off_by_half_an_hour() -> None:
    kolkata = ZoneInfo("Asia/Kolkata")
    first, second = (custom(date(2026, 11, n), date(2026, 11, n), kolkata) for n in (17, 18))
    hours = [*first.hours(), *second.hours()]
    assert len(hours) == len(set(hours)) == 48
    assert hours == sorted(hours)


def test_a_week_begins_on_monday_and_a_month_on_its_first() -> None:
    now = at(2026, 11, 18, 12)
    assert named(Named.WEEK, now, VIENNA).first == date(2026, 11, 16)
    assert named(Named.MONTH, now, VIENNA).first == date(2026, 11, 1)


def test_the_former_part_is_as_long_as_what_has_passed() -> None:
    now = at(2026, 11, 18, 11)
    start, end = named(Named.TODAY, now, VIENNA).same_part(now)
    assert (start, end) == (at(2026, 11, 16, 23), at(2026, 11, 17, 11))
    start, end = named(Named.WEEK, now, VIENNA).same_part(now)
    assert (start, end) == (at(2026, 11, 8, 23), at(2026, 11, 11, 11))


def test_a_short_former_month_is_not_overrun() -> None:
    now = at(2026, 3, 31, 12)
    start, end = named(Named.MONTH, now, ZoneInfo("UTC")).same_part(now)
    assert (start, end) == (at(2026, 2, 1), at(2026, 3, 1))


def test_past_days_are_compared_with_all_the_days_before() -> None:
    stretch = custom(date(2026, 11, 8), date(2026, 11, 10), ZoneInfo("UTC"))
    assert stretch.same_part(at(2026, 11, 18)) == (at(2026, 11, 5), at(2026, 11, 8))


def test_an_unknown_zone_is_utc() -> None:
    assert zone_of("Mars/Olympus").key == "UTC"
    assert zone_of("../etc/passwd").key == "UTC"


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        (Named.CUSTOM, None, None),
        (Named.CUSTOM, date(2026, 11, 2), date(2026, 11, 1)),
        (Named.CUSTOM, date(2024, 1, 1), date(2026, 1, 1)),
        (Named.CUSTOM, date(1999, 1, 1), date(1999, 1, 2)),
        (Named.TODAY, date(2026, 11, 1), None),
    ],
)
def test_days_that_make_no_period_are_refused(
    name: Named, first: date | None, last: date | None
) -> None:
    with pytest.raises(InvalidInput):
        chosen(name, first, last, at(2026, 11, 18), VIENNA)
