"""Rows that cannot be right are set aside and counted; the others are kept."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from connectors.base import CostRow, Period, UsageRow
from costs.screening import screen_costs, screen_usage

START = datetime(2026, 11, 18, tzinfo=UTC)
SPAN = Period(START, START + timedelta(days=2))
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
USAGE = UsageRow(START, START + HOUR, "gpt", 1_000, 100, requests=1)
COST = CostRow(START, START + DAY, Decimal("1.5"), "USD", "tokens", "gpt")


@pytest.mark.parametrize(
    "changes",
    [
        {"input_tokens": -1},
        {"errors": -3},
        {"output_tokens": 10**16},
        {"cached_tokens": 800, "cache_write_tokens": 300},
        {"end": START + 2 * HOUR},
        {"start": START - HOUR, "end": START},
        {"start": SPAN.end, "end": SPAN.end + HOUR},
        {"model": "g" * 201},
        {"model": "g\0"},
        {"project": "\ud800"},
        {"model": "😀" * 200, "project": "😀" * 200},
    ],
)
def test_a_usage_row_that_cannot_be_right_is_set_aside(changes: dict[str, object]) -> None:
    screened = screen_usage([replace(USAGE, **changes), replace(USAGE, model="fine")], SPAN)
    assert [row.model for row in screened.rows] == ["fine"]
    (unread,) = screened.unread
    assert unread.what == "1 usage rows"
    assert unread.fault == "malformed"


@pytest.mark.parametrize(
    "changes",
    [
        {"amount": Decimal("NaN")},
        {"amount": Decimal("Infinity")},
        {"amount": Decimal(10) ** 9},
        {"currency": "usd"},
        {"currency": ""},
        {"item": "i" * 301},
        {"end": START + timedelta(days=3)},
    ],
)
def test_a_charge_that_cannot_be_right_is_set_aside(changes: dict[str, object]) -> None:
    screened = screen_costs([replace(COST, **changes), COST], SPAN)
    assert screened.rows == [COST]
    assert len(screened.unread) == 1


def test_a_row_told_twice_is_kept_once_and_counted() -> None:
    again = replace(USAGE, input_tokens=5)
    screened = screen_usage([USAGE, again, again], SPAN)
    assert screened.rows == [USAGE]
    assert [(unread.what, unread.why) for unread in screened.unread] == [
        ("2 usage rows", "told twice")
    ]


def test_two_currencies_are_two_charges() -> None:
    euros = replace(COST, currency="EUR")
    assert screen_costs([COST, euros], SPAN).rows == [COST, euros]
