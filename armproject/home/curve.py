"""A smooth curve through a few values, as the paths of an SVG picture."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Final

WIDTH: Final = 1000.0
HEIGHT: Final = 200.0
STEPS: Final = (1, 2, 5, 10)


@dataclass(frozen=True, slots=True)
class Curve:
    """Paths in a box of WIDTH by HEIGHT, and how high each value stands in per cent of it."""

    line: str
    area: str
    heights: tuple[float, ...]
    ticks: tuple[Decimal, ...]


def draw(values: Sequence[Decimal]) -> Curve:
    """Draw the values at equal distances, above a ground line of zero."""
    ticks = ticks_for(max(values, default=Decimal(0)))
    top = float(ticks[-1])
    heights = tuple(max(0.0, float(value)) / top for value in values)
    step = WIDTH / max(len(values) - 1, 1)
    points = [(n * step, HEIGHT * (1 - height)) for n, height in enumerate(heights)]
    line = _through(points)
    area = f"{line}L{WIDTH:g},{HEIGHT:g}L0,{HEIGHT:g}Z" if line else ""
    return Curve(line, area, tuple(round(100 * height, 2) for height in heights), ticks)


def ticks_for(largest: Decimal) -> tuple[Decimal, ...]:
    """Return zero, a middle and a top above `largest`, in round numbers."""
    if largest <= 0:
        return Decimal(0), Decimal("0.5"), Decimal(1)
    half = largest / 2
    unit = Decimal(10) ** half.adjusted()
    step = next(unit * n for n in STEPS if unit * n >= half)
    return Decimal(0), step, step * 2


def _through(points: Sequence[tuple[float, float]]) -> str:
    """Join the points by curves that never rise above or fall below them."""
    if not points:
        return ""
    parts = [f"M{points[0][0]:.1f},{points[0][1]:.1f}"]
    for (left, start), (right, end) in pairwise(points):
        middle = (left + right) / 2
        parts.append(f"C{middle:.1f},{start:.1f} {middle:.1f},{end:.1f} {right:.1f},{end:.1f}")
    return "".join(parts)
