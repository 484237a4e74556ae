"""Dividing a whole into parts that add up to it, to the last digit."""

from collections.abc import Sequence
from decimal import Decimal

from armproject.lib.money import PLACES, quantise

DIGITS = -int(PLACES.as_tuple().exponent)


def apportion(whole: int, weights: Sequence[int]) -> list[int]:
    """Divide a whole number by weights; what rounding leaves goes to the largest remainders.

    Without any weight the whole is divided evenly.
    """
    total = sum(weights)
    if total == 0:
        weights, total = [1] * len(weights), len(weights)
    parts = [whole * weight // total for weight in weights]
    missing = whole - sum(parts)
    if missing:
        order = sorted(range(len(weights)), key=lambda n: -(whole * weights[n] % total))
        for n in order[:missing]:
            parts[n] += 1
    return parts


def apportion_money(amount: Decimal, weights: Sequence[int]) -> list[Decimal]:
    """Divide an amount of money by weights, exactly, to ten places."""
    return [of_units(part) for part in apportion(units(amount), weights)]


def units(amount: Decimal) -> int:
    """Return how many ten-thousand-millionths an amount is."""
    return int(quantise(amount).scaleb(DIGITS))


def of_units(count: int) -> Decimal:
    return Decimal(count).scaleb(-DIGITS)
