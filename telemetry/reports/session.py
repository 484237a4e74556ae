"""All runs of one conversation, in order."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from telemetry.models import Run
from telemetry.reports.turns import Turn

MOST_RUNS = 50


class Episode(NamedTuple):
    """One run of a conversation, and what was new in it."""

    run: Run
    turns: list[Turn]


def runs_of(conversation: str) -> list[Run]:
    """Return the runs of a conversation, the earliest first; of very many, the newest."""
    runs = Run.objects.filter(conversation=conversation).select_related("source")
    return list(reversed(runs.order_by("-started_at", "-id")[:MOST_RUNS]))


def episodes(told: Iterable[tuple[Run, list[Turn]]]) -> Iterator[Episode]:
    """Yield each run with what was new in it: agents are sent the history again with each run."""
    seen: set[tuple[str, str]] = set()
    for run, turns in told:
        marks = [(turn.role, repr([piece[:3] for piece in turn.pieces])) for turn in turns]
        known = 0
        while known < len(marks) and marks[known] in seen:
            known += 1
        seen.update(marks)
        yield Episode(run, turns[known:])
