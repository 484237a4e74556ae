"""Bars of a trend: how high each stands, and the round numbers beside them."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from armproject.lib.ticks import ticks_for

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
