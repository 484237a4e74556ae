"""What keeps coming back in the summaries of sessions, counted, and which of them say the same."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import NamedTuple

from memory.words import stems

# Two summaries that share so much of their words say the same.
ALIKE = 0.6
FEWEST_WORDS = 3
# What comes back in so many sessions is a pattern; what is in nearly all of few may be chance.
FEWEST_SESSIONS = 3
MOST_PATTERNS = 10
SUREST = 0.9


@dataclass(frozen=True, slots=True)
class Episode:
    """The summary of one session: an id of the caller's, its words, and who or what it names."""

    id: str
    text: str
    entities: tuple[str, ...] = ()


class Recurring(NamedTuple):
    """Something that comes back: its name, in which episodes, and how sure (0 to 1)."""

    name: str
    episodes: tuple[str, ...]
    confidence: float


def alike(episodes: Sequence[Episode]) -> list[list[Episode]]:
    """Return the groups, of two and more, of episodes that say nearly the same, in their order."""
    groups: list[list[Episode]] = []
    marks: list[frozenset[str]] = []
    for episode in episodes:
        mark = frozenset(stems(episode.text))
        place = next((n for n, other in enumerate(marks) if _likeness(mark, other) >= ALIKE), None)
        if place is None:
            groups.append([episode])
            marks.append(mark)
        else:
            groups[place].append(episode)
    return [group for group in groups if len(group) > 1]


def merged(group: Sequence[Episode]) -> tuple[str, tuple[str, ...]]:
    """Return one text and the entities for episodes that say nearly the same: nothing is invented.

    The fullest summary stands, and whatever the others name beside it.
    """
    fullest = max(group, key=lambda each: (len(set(stems(each.text))), len(each.text)))
    names = dict.fromkeys(name for each in (fullest, *group) for name in each.entities)
    return fullest.text, tuple(names)


def recurring(episodes: Sequence[Episode]) -> list[Recurring]:
    """Return who and what is named in at least three sessions, the most frequent first."""
    named: dict[str, dict[str, str]] = defaultdict(dict)
    for episode in episodes:
        for name in episode.entities:
            named[" ".join(name.casefold().split())].setdefault(episode.id, name)
    found = [
        Recurring(next(iter(seen.values())), tuple(seen), _sure(len(seen), len(episodes)))
        for seen in named.values()
        if len(seen) >= FEWEST_SESSIONS
    ]
    return sorted(found, key=lambda each: (-len(each.episodes), each.name))[:MOST_PATTERNS]


def _sure(number: int, total: int) -> float:
    """Return how sure a pattern is: by the share of sessions that show it, and by their number."""
    return round(min(SUREST, sqrt(number / total) * number / (number + 1)), 3)


def _likeness(one: frozenset[str], other: frozenset[str]) -> float:
    """Return the share of words that two texts have in common; short ones are never alike."""
    if min(len(one), len(other)) < FEWEST_WORDS:
        return float(one == other and bool(one))
    return len(one & other) / len(one | other)
