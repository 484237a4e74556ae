"""Round numbers beside a picture, from zero to a little above the largest value."""

from decimal import Decimal
from typing import Final

STEPS: Final = (1, 2, 5, 10)


def ticks_for(largest: Decimal) -> tuple[Decimal, ...]:
    """Return zero, a middle and a top not below the largest value, in round numbers."""
    if largest <= 0:
        return Decimal(0), Decimal("0.5"), Decimal(1)
    half = largest / 2
    unit = Decimal(10) ** half.adjusted()
    step = next(unit * n for n in STEPS if unit * n >= half)
    return Decimal(0), step, step * 2
