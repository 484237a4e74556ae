"""A line through a few values, as the paths of an SVG picture."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from armproject.lib.ticks import ticks_for

WIDTH: Final = 1000.0
HEIGHT: Final = 200.0


@dataclass(frozen=True, slots=True)
class Curve:
    """Paths in a box of WIDTH by HEIGHT, and how high each value stands in per cent of it.

    `line` and `area` end at the last value that is whole; `tail` leads on to the one under way.
    """

    line: str
    area: str
    tail: str
    heights: tuple[float, ...]
    ticks: tuple[Decimal, ...]


def draw(values: Sequence[Decimal]) -> Curve:
    """Draw the values at equal distances, above a ground line of zero; the last is under way."""
    ticks = ticks_for(max(values, default=Decimal(0)))
    top = float(ticks[-1])
    heights = tuple(max(0.0, float(value)) / top for value in values)
    step = WIDTH / max(len(values) - 1, 1)
    points = [(n * step, HEIGHT * (1 - height)) for n, height in enumerate(heights)]
    whole = points[:-1]
    line = _through(whole)
    area = f"{line}L{whole[-1][0]:.1f},{HEIGHT:g}L0,{HEIGHT:g}Z" if line else ""
    return Curve(
        line,
        area,
        _through(points[-2:]),
        tuple(round(100 * height, 2) for height in heights),
        ticks,
    )


def _through(points: Sequence[tuple[float, float]]) -> str:
    """Join the points by straight lines: between two days there are no values to show."""
    if not points:
        return ""
    return "M" + "L".join(f"{x:.1f},{y:.1f}" for x, y in points)
