"""Pictures of a period: bars of how runs ended, and lines of how long they took."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from armproject.lib.ticks import ticks_for

WIDTH, HEIGHT = 1_000.0, 200.0
HUNDRED = 100


@dataclass(frozen=True, slots=True)
class Stack:
    """One step's bar: its parts in per cent of the picture's height, from the bottom up."""

    parts: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """Values over the steps as a path; a step without a value leaves a gap."""

    path: str
    dots: tuple[tuple[float, float], ...]


def stacks(
    values: Sequence[Sequence[int]],
) -> tuple[list[Stack], tuple[Decimal, ...]]:
    """Draw counts one upon another; returns the bars, and the scale from zero up."""
    ticks = ticks_for(Decimal(max((sum(each) for each in values), default=0)))
    top = float(ticks[-1])
    bars = [
        Stack(tuple(round(HUNDRED * max(part, 0) / top, 2) for part in each)) for each in values
    ]
    return bars, ticks


def lines(
    series: Sequence[Sequence[float | None]],
) -> tuple[list[Line], tuple[Decimal, ...]]:
    """Draw several lines to one scale, in a box of WIDTH by HEIGHT, from the ground up."""
    known = [value for each in series for value in each if value is not None]
    ticks = ticks_for(Decimal(str(round(max(known, default=0.0), 6))))
    return [_line(each, float(ticks[-1])) for each in series], ticks


def _line(values: Sequence[float | None], top: float) -> Line:
    step = WIDTH / max(len(values), 1)
    path, dots, is_open = [], [], False
    for number, value in enumerate(values):
        if value is None:
            is_open = False
            continue
        x, y = (number + 0.5) * step, HEIGHT * (1 - value / top)
        is_alone = not is_open and (number + 1 == len(values) or values[number + 1] is None)
        path.append(f"{'L' if is_open else 'M'}{x:.1f},{y:.1f}")
        if is_alone:
            dots.append((round(x, 1), round(y, 1)))
        is_open = True
    return Line("".join(path), tuple(dots))
