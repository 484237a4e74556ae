"""In which order memories answer a question, and why.

Pure and replaceable: what was found by likeness and by words comes in, an order with reasons goes
out. Nothing here knows a database. Equal scores stand in the order of their ids, so the same
question over the same memories always has the same answer.
"""

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

# Okapi BM25: how soon repeating a word stops to count, and how much long texts are held back.
K1: Final = 1.2
B: Final = 0.6
# Of likeness and words, how much each counts where both are asked.
LIKENESS: Final = 0.4
WORDS: Final = 0.6
# What else counts, each a small part of the score: it settles what is nearly equal, no more.
RECENCY: Final = 0.02
HALF_LIFE: Final = timedelta(days=30)
CONFIDENCE: Final = 0.02
FEEDBACK: Final = 0.1
# From here on two answers say the same, and one of them is enough.
SAME: Final = 0.9


class How(StrEnum):
    """By what memories are found."""

    SEMANTIC = "semantic"
    KEYWORD = "keyword"
    HYBRID = "hybrid"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A memory that may answer.

    `likeness` is the cosine to the question (-1 to 1; None where it has no vector), `words` what
    BM25 gives it (None where it has no word of the question). `helped` and `hindered` count what
    was said of former recalls.
    """

    id: UUID
    likeness: float | None = None
    words: float | None = None
    created_at: datetime | None = None
    confidence: float | None = None
    helped: int = 0
    hindered: int = 0
    part: int = 0


@dataclass(frozen=True, slots=True)
class Ranked:
    """A candidate with its score (0 to 1) and what the score is made of, by name."""

    candidate: Candidate
    score: float
    parts: Mapping[str, float] = field(default_factory=dict)


def rank(
    candidates: Iterable[Candidate],
    *,
    how: How,
    now: datetime,
    best_words: float = 0.0,
    threshold: float | None = None,
) -> list[Ranked]:
    """Return the candidates that reach the threshold, the best first.

    `best_words` is what BM25 could give at most for this question; words are measured by it, so
    that a score means the same from one question to the next.
    """
    ranked = [_judged(each, how, now, best_words) for each in candidates]
    found = [each for each in ranked if each is not None]
    if threshold is not None:
        found = [each for each in found if each.score >= threshold]
    return sorted(found, key=lambda each: (-round(each.score, 9), each.candidate.id))


def weight_of(frequency: int, total: int) -> float:
    """Return how much a word weighs that stands in so many of all memories: rare names most."""
    return math.log(1 + (max(total, frequency) - frequency + 0.5) / (frequency + 0.5))


def best_possible(weights: Iterable[float]) -> float:
    """Return what a memory of usual length gets that has each word of the question once."""
    return sum(weights)


def different(
    ranked: Sequence[Ranked], words: Mapping[UUID, Collection[str]], limit: int
) -> list[Ranked]:
    """Return the first `limit` that each say something of their own.

    `words` holds the stems of each memory; one that shares nearly all of them with a better one
    is left out. Memories without words are kept.
    """
    kept: list[Ranked] = []
    sets: list[frozenset[str]] = []
    for each in ranked:
        if len(kept) == limit:
            break
        own = frozenset(words.get(each.candidate.id, ()))
        if own and any(_share(own, other) >= SAME for other in sets):
            continue
        kept.append(each)
        sets.append(own)
    return kept


def within_budget(costs: Sequence[int], budget: int | None) -> int:
    """Return how many of the first, by what each costs in tokens, fit a budget; at least one."""
    if budget is None:
        return len(costs)
    total = 0
    for place, cost in enumerate(costs):
        total += cost
        if total > budget:
            return max(place, 1)
    return len(costs)


def _judged(each: Candidate, how: How, now: datetime, best_words: float) -> Ranked | None:
    parts: dict[str, float] = {}
    likeness = max(each.likeness or 0.0, 0.0)
    words = min((each.words or 0.0) / best_words, 1.0) if best_words else 0.0
    if how == How.SEMANTIC and each.likeness is None:
        return None
    if how == How.KEYWORD and each.words is None:
        return None
    if how != How.KEYWORD:
        parts["likeness"] = likeness * (LIKENESS if how == How.HYBRID else 1.0)
    if how != How.SEMANTIC:
        parts["words"] = words * (WORDS if how == How.HYBRID else 1.0)
    parts |= _small_terms(each, now)
    score = min(max(sum(parts.values()), 0.0), 1.0)
    return Ranked(each, score, {name: round(value, 6) for name, value in parts.items()})


def _small_terms(each: Candidate, now: datetime) -> dict[str, float]:
    """Return what else counts, by name; what is not known counts nothing."""
    terms: dict[str, float] = {}
    if each.created_at is not None:
        age = max((now - each.created_at) / HALF_LIFE, 0.0)
        terms["recency"] = RECENCY * 0.5**age
    if each.confidence is not None:
        terms["confidence"] = CONFIDENCE * (each.confidence - 0.5)
    said = each.helped + each.hindered
    if said:
        # One voice counts a third of what many do.
        terms["feedback"] = FEEDBACK * (each.helped - each.hindered) / (said + 2)
    return terms


def _share(one: frozenset[str], other: frozenset[str]) -> float:
    """Return which part of their words two memories share, from 0 to 1."""
    return len(one & other) / len(one | other) if one or other else 0.0
