"""Totals, breakdowns and trends as people ask for them."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.utils import timezone

from connectors.base import Period
from costs import reports
from costs.models import CostSource
from costs.periods import Every, Named, custom, named
from costs.reports import By
from tests.cast import House
from tests.costs.conftest import DAY, HOUR, Book, open_book

UTC_ZONE = ZoneInfo("UTC")


def days_of(book: Book, before: int = 0, after: int = 0) -> object:
    day = book.day.date()
    return custom(day - before * DAY, day + after * DAY, UTC_ZONE)


def test_a_total_holds_only_its_days(book: Book) -> None:
    book.bills(book.bill("5"), book.bill("3", start=book.day - DAY))
    with book.house.inside("viewer"):
        (total,) = reports.summary(days_of(book)).totals
        assert total.now.cost == 5
        (total,) = reports.summary(days_of(book, before=1)).totals
        assert total.now.cost == 8


def test_a_total_is_compared_with_the_days_before(book: Book) -> None:
    book.bills(
        book.bill("5"),
        book.bill("4", start=book.day - DAY),
        book.bill("9", start=book.day - 3 * DAY),
    )
    with book.house.inside():
        (total,) = reports.summary(days_of(book)).totals
        assert (total.former, total.change) == (4, Decimal("0.25"))


def test_nothing_is_compared_with_a_time_before_the_figures_begin(book: Book) -> None:
    book.bills(book.bill("5"))
    with book.house.inside():
        (total,) = reports.summary(days_of(book)).totals
        assert (total.former, total.change) == (None, None)


def test_today_is_compared_with_yesterday_by_now(book: Book) -> None:
    noon = timezone.now().replace(hour=12, minute=0)
    today = named(Named.TODAY, noon, UTC_ZONE)
    yesterday = today.start - DAY
    book.usage(
        book.row(start=yesterday - 2 * DAY),
        book.row(start=yesterday),
        book.row(start=yesterday + 23 * HOUR, input_tokens=10**9),
    )
    with book.house.inside():
        (total,) = reports.summary(today).totals
        assert total.former == Decimal("0.0035")


def test_currencies_are_told_apart_and_the_own_one_comes_first(book: Book) -> None:
    book.house.organization.currency = "EUR"
    with book.house.inside():
        book.house.organization.save()
    book.bills(
        book.bill("5", currency="USD", model="gpt-5.5"),
        book.bill("3", currency="EUR", model="gpt-4o"),
    )
    with book.house.inside():
        totals = reports.summary(days_of(book)).totals
        assert [(t.now.currency, t.now.cost) for t in totals] == [("EUR", 3), ("USD", 5)]
        parts = reports.breakdown(days_of(book), By.MODEL)
        assert [(p.label, p.currency, p.share) for p in parts] == [
            ("gpt-4o", "EUR", 1),
            ("gpt-5.5", "USD", 1),
        ]


def test_breakdowns_add_up_to_the_total_whatever_they_are_by(book: Book, house: House) -> None:
    other = open_book(house, "Anthropic", "anthropic")
    book.agent("tree")
    book.usage(book.row(agent="agent_tree"), book.row(model="gpt-5-mini"))
    other.usage(other.row(model="claude-haiku-4-5"))
    book.bills(book.bill("5.0000000001"), book.bill("0.3", model="", item="search"))
    with house.inside():
        (total,) = reports.summary(days_of(book)).totals
        for by in By:
            parts = reports.breakdown(days_of(book), by)
            assert sum(part.cost for part in parts) == total.now.cost, by
            assert sum(part.tokens for part in parts) == total.now.tokens == 3_300, by
        labels = {by: [part.label for part in reports.breakdown(days_of(book), by)] for by in By}
        assert labels[By.AGENT] == ["tree", "No agent"]
        assert labels[By.MODEL] == ["gpt-4o", "Other charges", "claude-haiku-4-5", "gpt-5-mini"]
        assert labels[By.VENDOR] == ["openai", "anthropic"]
        assert labels[By.CONNECTION] == ["OpenAI", "Anthropic"]


def test_every_part_says_how_its_cost_is_known(book: Book) -> None:
    book.usage(book.row(), book.row(model="gpt-5-mini"), book.row(model="acme-7b"))
    book.bills(book.bill("5"))
    with book.house.inside():
        found = {p.label: p.sources for p in reports.breakdown(days_of(book), By.MODEL)}
    assert found == {
        "gpt-4o": [CostSource.BILLED],
        "gpt-5-mini": [CostSource.ESTIMATED],
        "acme-7b": [CostSource.UNPRICED],
    }


def test_tokens_without_a_price_are_shown_apart(book: Book) -> None:
    book.usage(book.row(), book.row(model="acme-7b", input_tokens=40))
    with book.house.inside():
        (part,) = reports.unpriced(days_of(book))
        assert (part.label, part.unpriced_tokens) == ("acme-7b", 140)
        (total,) = reports.summary(days_of(book)).totals
        assert total.now.unpriced_tokens == 140
        assert total.now.cost == Decimal("0.0035")


def test_one_agents_usage_divides_by_model(book: Book) -> None:
    agent = book.agent("tree")
    book.usage(
        book.row(agent="agent_tree"),
        book.row(agent="agent_tree", model="gpt-5-mini"),
        book.row(model="gpt-5.5"),
    )
    with book.house.inside():
        parts = reports.breakdown(days_of(book), By.MODEL, agent)
        assert [(p.label, p.tokens) for p in parts] == [("gpt-4o", 1_100), ("gpt-5-mini", 1_100)]
        assert sum(p.share for p in parts) == 1


def test_a_trend_has_no_gaps_and_knows_local_days(book: Book) -> None:
    zone = ZoneInfo("America/New_York")
    book.usage(book.row(2))  # still the evening before over there
    before = book.day.date() - DAY
    with book.house.inside():
        points = reports.trend(custom(before - DAY, before + DAY, zone))
        assert [point.at for point in points] == [before - DAY, before, before + DAY]
        assert [point.part.requests for point in points] == [0, 1, 0]


def test_a_day_of_25_hours_has_25_points(house: House) -> None:
    with house.inside():
        day = custom(date(2026, 10, 25), date(2026, 10, 25), ZoneInfo("Europe/Vienna"))
        points = reports.trend(day, Every.HOUR)
    assert len(points) == 25
    assert len({point.at.astimezone(UTC) for point in points}) == 25


def test_the_hour_that_comes_twice_is_two_points(book: Book) -> None:
    first = datetime(2026, 10, 25, 0, tzinfo=UTC)  # 02:00 in Vienna, twice
    span_start = first - timedelta(hours=2)
    book.usage(
        book.row(start=first),
        book.row(start=first + HOUR, input_tokens=7),
        span=Period(span_start, first + DAY),
    )
    with book.house.inside():
        day = custom(date(2026, 10, 25), date(2026, 10, 25), ZoneInfo("Europe/Vienna"))
        used = [p.part.input_tokens for p in reports.trend(day, Every.HOUR) if p.part.tokens]
    assert used == [1_000, 7]


def test_freshness_tells_of_each_connection_that_reports(book: Book, house: House) -> None:
    open_book(house, "Silent", capabilities=[])
    with house.inside():
        (fresh,) = reports.freshness()
    assert fresh.connection == book.connection
    assert (fresh.usage_at, fresh.costs_at, fresh.last) == (None, None, None)
