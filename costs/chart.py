"""Bars of a trend: how high each stands, and the round numbers beside them."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

STEPS = (1, 2, 5, 10)
HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class Bars:
    """Heights in per cent of the picture, one for each value, and the scale from zero up."""

    heights: tuple[Decimal, ...]
    ticks: tuple[Decimal, ...]

    @property
    def top(self) -> Decimal:
        return self.ticks[-1]


def bars(values: Sequence[Decimal]) -> Bars:
    """Draw values as bars; something that is not nothing stays visible."""
    ticks = ticks_for(max(values, default=Decimal(0)))
    return Bars(tuple(height(value, ticks[-1]) for value in values), ticks)


def height(value: Decimal, top: Decimal) -> Decimal:
    """Return how much of the picture a value fills, in per cent, at least one if anything."""
    if value <= 0 or top <= 0:
        return Decimal(0)
    return max(round(HUNDRED * value / top, 2), Decimal(1))


def ticks_for(largest: Decimal) -> tuple[Decimal, ...]:
    """Return zero, a middle and a top not below the largest value, in round numbers."""
    if largest <= 0:
        return Decimal(0), Decimal("0.5"), Decimal(1)
    half = largest / 2
    unit = Decimal(10) ** half.adjusted()
    step = next(unit * n for n in STEPS if unit * n >= half)
    return Decimal(0), step, step * 2
