"""Money keeps its currency and its ten places."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from armproject.lib.errors import InvalidInput
from armproject.lib.money import MixedCurrencies, Money, parse_amount, quantise, show, total

amounts = st.decimals(
    min_value=-(10**10), max_value=10**10, allow_nan=False, allow_infinity=False, places=10
)


def usd(text: str) -> Money:
    return Money(Decimal(text), "USD")


def test_like_is_added_to_like():
    assert usd("0.1") + usd("0.2") == usd("0.3")


def test_two_currencies_are_never_added():
    with pytest.raises(MixedCurrencies, match="USD and EUR"):
        usd("1") + Money(Decimal(1), "EUR")


def test_a_bare_number_is_no_money():
    with pytest.raises(TypeError):
        usd("1") + Decimal(1)


@given(st.lists(amounts))
def test_a_total_is_exact_whatever_the_order(parts):
    sums = [total((Money(part, "USD") for part in order), "USD") for order in (parts, parts[::-1])]
    assert sums[0] == sums[1]
    assert sums[0].amount * 10**10 == sum(int(part.scaleb(10)) for part in parts)


def test_a_total_of_nothing_is_zero_in_its_currency():
    assert total([], "EUR") == Money(Decimal(0), "EUR")
    with pytest.raises(MixedCurrencies):
        total([usd("1")], "EUR")


@pytest.mark.parametrize(
    ("given_amount", "kept"),
    [
        ("1", "1.0000000000"),
        ("0.00000000005", "0.0000000000"),
        ("0.00000000015", "0.0000000002"),
        ("-0", "0.0000000000"),
        ("-0.00000000001", "0.0000000000"),
        ("1E+3", "1000.0000000000"),
    ],
)
def test_ten_places_are_kept_half_even_and_zero_has_no_sign(given_amount, kept):
    assert f"{quantise(Decimal(given_amount)):f}" == kept


@pytest.mark.parametrize("amount", ["NaN", "sNaN", "Infinity", "-Infinity", "1E+40"])
def test_no_money_is_endless(amount):
    with pytest.raises(ValueError, match="amount of money"):
        Money(Decimal(amount), "USD")


@pytest.mark.parametrize(
    "currency", ["usd", "US", "USDT", "", "U$D", "\uff35\uff33\uff24", "USD\n"]
)
def test_a_currency_is_three_capital_letters(currency):
    with pytest.raises(ValueError, match="three capital letters"):
        Money(Decimal(1), currency)


@pytest.mark.parametrize("text", ["0", "12.50", "9999999999.9999999999", "007", "0.0000000001"])
def test_plain_amounts_are_read(text):
    assert parse_amount(text) == Decimal(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "NaN",
        "inf",
        "Infinity",
        "-1",
        "-0",
        "+1",
        "1e3",
        "1e-11",
        "0.00000000001",
        "12345678901",
        "1" * 5000,
        "1.",
        ".5",
        "1,5",
        "1_000",
        " 1",
        "1\n",
        "\uff11",
        "0x10",
        "$1",
    ],
)
def test_anything_else_is_refused_as_an_amount(text):
    with pytest.raises(InvalidInput, match=r"written like 12\.50"):
        parse_amount(text)


@pytest.mark.parametrize(
    ("money", "shown"),
    [
        (usd("12.34"), "$12.34"),
        (usd("1234567.891"), "$1,234,567.89"),
        (usd("0"), "$0.00"),
        (usd("-5"), "-$5.00"),
        (usd("0.01"), "$0.01"),
        (usd("0.0042"), "$0.0042"),
        (usd("0.005"), "$0.005"),
        (usd("0.000031234"), "$0.000031"),
        (usd("-0.0000000001"), "-$0.0000000001"),
        (Money(Decimal("3.5"), "EUR"), "€3.50"),
        (Money(Decimal("3.5"), "CHF"), "CHF 3.50"),
    ],
)
def test_money_is_shown_to_people(money, shown):
    assert show(money) == str(money) == shown
