"""Money: a decimal number and its currency, never one without the other."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation

from armproject.lib.errors import InvalidInput

PLACES = Decimal("1e-10")
CENT = Decimal("0.01")
ZERO = Decimal(0)

_AMOUNT = re.compile(r"[0-9]{1,10}(?:\.[0-9]{1,10})?")
_CURRENCY = re.compile(r"[A-Z]{3}")
_SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£"}


class MixedCurrencies(ValueError):
    """Two currencies met without an exchange rate."""


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in major units, kept to ten places, and an ISO 4217 code such as "USD"."""

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        if not _CURRENCY.fullmatch(self.currency):
            raise ValueError("A currency is three capital letters, such as USD.")
        object.__setattr__(self, "amount", quantise(self.amount))

    def __add__(self, other: "Money") -> "Money":
        if not isinstance(other, Money):
            return NotImplemented
        if other.currency != self.currency:
            raise MixedCurrencies(f"{self.currency} and {other.currency} cannot be added.")
        return Money(self.amount + other.amount, self.currency)

    def __str__(self) -> str:
        return show(self)


def quantise(amount: Decimal) -> Decimal:
    """Return the amount rounded half-even to ten places, without a negative zero.

    Raises ValueError for NaN, infinities and what has no room left for ten places.
    """
    if not amount.is_finite():
        raise ValueError("An amount of money is a finite number.")
    try:
        return amount.quantize(PLACES, rounding=ROUND_HALF_EVEN) + ZERO
    except InvalidOperation:
        raise ValueError("The amount of money is too large.") from None


def total(amounts: Iterable[Money], currency: str) -> Money:
    """Return the sum, zero where there is nothing; all must be in `currency`."""
    return sum(amounts, Money(ZERO, currency))


def parse_amount(text: str) -> Decimal:
    """Return the amount a person or a program wrote, such as "12.50".

    Raises `InvalidInput` for anything but digits and one point, at most ten before and ten after.
    """
    if not _AMOUNT.fullmatch(text):
        raise InvalidInput(
            "An amount is written like 12.50: digits and one point, not negative,"
            " at most ten digits before the point and ten after."
        )
    return quantise(Decimal(text))


def show(money: Money) -> str:
    """Return the money for people: "$1,234.50"; below a cent with two digits that say something."""
    size = abs(money.amount)
    digits = f"{size:,.2f}"
    if ZERO < size < CENT:
        digits = f"{size:.{1 - size.adjusted()}f}".rstrip("0")
    symbol = _SYMBOLS.get(money.currency, f"{money.currency} ")
    return f"{'-' if money.amount < ZERO else ''}{symbol}{digits}"
