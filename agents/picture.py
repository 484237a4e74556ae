"""The picture of an agent's health over time: one bar for each stretch, the worst moment of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

BARS = 96
STEP, BAR, HEIGHT, LEAST = 8, 6, 56, 6
WORST_FIRST = ("down", "degraded", "healthy", "unknown")
WORDS = {
    "healthy": "healthy",
    "degraded": "degraded",
    "down": "down",
    "unknown": "unknown",
    "": "not checked",
}


@dataclass(frozen=True, slots=True)
class Moment:
    """One check, as far as the picture is concerned."""

    at: datetime
    status: str
    score: int | None


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar, ready to be drawn; `status` is empty where nothing was checked."""

    x: int
    y: int
    height: int
    status: str
    label: str


@dataclass(frozen=True, slots=True)
class Picture:
    """All bars from left to right, and what they show in a sentence."""

    bars: tuple[Bar, ...]
    summary: str
    hours: int
    width: int = BARS * STEP
    height: int = HEIGHT
    bar: int = BAR

    @property
    def is_empty(self) -> bool:
        return all(not bar.status for bar in self.bars)


def draw(moments: Sequence[Moment], *, until: datetime, hours: int) -> Picture:
    """Return the picture of these checks over the hours up to `until`."""
    start, width = until - timedelta(hours=hours), timedelta(hours=hours) / BARS
    stretches: list[list[Moment]] = [[] for _ in range(BARS)]
    for moment in moments:
        place = int((moment.at - start) / width)
        stretches[min(max(place, 0), BARS - 1)].append(moment)
    bars = tuple(
        _bar(number, stretch, start + number * width) for number, stretch in enumerate(stretches)
    )
    return Picture(bars, _summary(moments, hours), hours)


def _bar(number: int, stretch: Sequence[Moment], start: datetime) -> Bar:
    when = f"{start:%H:%M} UTC"
    if not stretch:
        return Bar(number * STEP, HEIGHT - LEAST, LEAST, "", f"{when}: not checked")
    worst = min(stretch, key=lambda each: WORST_FIRST.index(each.status))
    scores = [each.score for each in stretch if each.score is not None]
    height = LEAST + round((HEIGHT - LEAST) * min(scores) / 100) if scores else LEAST
    score = f", score {min(scores)}" if scores else ""
    label = f"{when}: {WORDS[worst.status]}{score}"
    return Bar(number * STEP, HEIGHT - height, height, worst.status, label)


def _summary(moments: Sequence[Moment], hours: int) -> str:
    if not moments:
        return f"No check in the last {hours} hours."
    counts = [(status, sum(each.status == status for each in moments)) for status in WORST_FIRST]
    told = ", ".join(f"{number} {WORDS[status]}" for status, number in counts if number)
    return f"{len(moments)} checks in the last {hours} hours: {told}."
