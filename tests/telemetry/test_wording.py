"""Amounts as people read them in the Studio."""

from decimal import Decimal

import pytest

from telemetry.wording import budget_left, dollars, priced


@pytest.mark.parametrize(
    ("amount", "told"),
    [
        ("0", "$0"),
        ("0.000328", "$0.00033"),
        ("0.009385", "$0.0094"),
        ("0.0102", "$0.010"),
        ("0.214", "$0.21"),
        ("1895.19", "$1,895.19"),
    ],
)
def test_an_amount_is_told_to_the_cent_or_in_two_digits(amount: str, told: str) -> None:
    assert dollars(Decimal(amount)) == told


def test_calls_without_a_price_are_never_told_as_free() -> None:
    assert priced(Decimal(0), 2) == "No price"
    assert priced(Decimal("0.5"), 2) == "$0.50 and more"
    assert priced(Decimal(0), 0) == "$0"


def test_a_budget_that_was_overspent_is_told_in_times() -> None:
    assert budget_left(Decimal("0.5")) == "50 %"
    assert budget_left(Decimal("-43.44")) == "spent 44.4 times"
    assert budget_left(None) == "–"
