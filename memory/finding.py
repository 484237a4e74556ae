"""Finding memories: which answer a question, within reach of whoever asks, and why."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from accounts.fence import fenced
from armproject.lib.crypto import Undecryptable
from armproject.lib.errors import InvalidInput
from memory import spending, words
from memory.access import Reach
from memory.among import EVERY, Among
from memory.embedding import EmbeddingFailed
from memory.embedding.wire import pack
from memory.indexing import current_spaces
from memory.keywords import Worded, by_words
from memory.models import Chunk, Memory, MemoryQuerySet, Space, SpaceState, Use
from memory.owners import Owner
from memory.ranking import Candidate, How, Ranked, different, rank
from memory.vectors import Near, Place, nearest, nearest_among

# Up to so many memories within reach are looked at one by one, which misses none of them.
FEW: Final = 2_000
# Of each way of finding, so many go into the ranking, at least.
CANDIDATES: Final = 60
MOST: Final = 100
LONGEST_QUESTION: Final = 4_000


@dataclass(frozen=True, slots=True)
class Filters:
    """What memories must be; what is not given does not matter. `at` is when they must hold."""

    owners: frozenset[Owner] = frozenset()
    store: str = ""
    kind: str = ""
    horizon: str = ""
    visibility: str = ""
    agent_id: UUID | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)
    at: datetime | None = None

    def of(self, rows: MemoryQuerySet) -> MemoryQuerySet:
        """Return those of the rows that are like this and hold, now or when it is asked for."""
        rows = rows.present() if self.at is None else rows.valid_at(self.at)
        for name in ("store", "kind", "horizon", "visibility", "agent_id"):
            if wanted := getattr(self, name):
                rows = rows.filter(**{name: wanted})
        if self.owners:
            owned = Q()
            for owner in sorted(self.owners):
                owned |= Q(owner_type=owner.type, owner_id=owner.id)
            rows = rows.filter(owned)
        return rows.filter(metadata__contains=dict(self.metadata)) if self.metadata else rows


@dataclass(frozen=True, slots=True)
class Hit:
    """A memory that answers: what it says, its score (0 to 1), and what the score is made of.

    `excerpt` is the part of a long memory that was found, else "". `content` is None where its
    key is gone or it is locked.
    """

    memory: Memory
    content: str | None
    score: float
    parts: Mapping[str, float]
    excerpt: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """The hits, the best first, and sentences about what could not be done."""

    hits: list[Hit] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Question:
    """A question, ready to be asked: its words, and its vector in each space that answers."""

    text: str
    how: How
    stems: Sequence[str]
    vectors: Sequence[tuple[Place, bytes]]
    notes: Sequence[str] = ()


def understood(text: str, how: str = How.HYBRID, vector: Sequence[float] | None = None) -> Question:
    """Make a question ready. May call an endpoint, so no transaction should be open.

    Where an endpoint cannot be asked, words alone are, and a note says so; a question that is to
    be answered by meaning alone is then refused (EmbeddingFailed).
    """
    text = text.strip()
    if not text and vector is None:
        raise InvalidInput("Say what to look for.", fields={"query": ["Enter a question."]})
    if len(text) > LONGEST_QUESTION:
        told = f"Send at most {LONGEST_QUESTION:,} characters."
        raise InvalidInput(told, fields={"query": [told]})
    if how not in list(How):
        told = f"Choose one of {', '.join(How)}."
        raise InvalidInput(told, fields={"how": [told]})
    notes: list[str] = []
    vectors = [] if how == How.KEYWORD else _vectors(text, How(how), vector, notes)
    stems = [] if how == How.SEMANTIC else words.asked(text)
    return Question(text, How(how), stems, vectors, notes)


def find(
    question: Question,
    reach: Reach,
    filters: Filters,
    *,
    limit: int,
    threshold: float | None = None,
) -> Found:
    """Return what answers a question, of what is within reach and like the filters."""
    rows = filters.of(reach.rows())
    count = len(rows.order_by().values_list("pk")[: FEW + 1])
    among = Among.rows(rows) if count <= FEW else EVERY
    nears, worded = _candidates(question, rows, among, count, limit)
    memories = rows.defer("state_reason").in_bulk({*nears, *worded.scores})
    nears |= _missing(question, memories.keys() - nears.keys())
    said = _feedback(memories.keys())
    ranked = rank(
        (_candidate(memory, nears, worded, said) for memory in memories.values()),
        how=question.how,
        now=timezone.now(),
        best_words=worded.best,
        threshold=threshold,
    )
    return Found(_hits(ranked, memories, limit), list(question.notes))


def opened(memory: Memory) -> str | None:
    """Return what a memory says; None where it is locked or its key is gone."""
    if memory.is_locked:
        return None
    try:
        return memory.content
    except Undecryptable:
        return None


def _vectors(
    text: str, how: How, given: Sequence[float] | None, notes: list[str]
) -> list[tuple[Place, bytes]]:
    found = []
    with fenced():
        spaces = current_spaces().rows
    for space in spaces:
        if space.state != SpaceState.SERVING:
            continue
        try:
            found.append((Place.of(space), _vector(space, text, given)))
        except EmbeddingFailed as failed:
            if how == How.SEMANTIC:
                raise
            notes.append(f"Found by words alone: {failed.message}")
    return found


def _vector(space: Space, text: str, given: Sequence[float] | None) -> bytes:
    if given is None:
        return spending.embed(space, [text])[0]
    if len(given) != space.dimension:
        told = f"Send {space.dimension} numbers: the model in use has so many dimensions."
        raise InvalidInput(told, fields={"vector": [told]})
    return pack([list(given)])[0]


def _candidates(
    question: Question, rows: MemoryQuerySet, among: Among, count: int, limit: int
) -> tuple[dict[UUID, Near], Worded]:
    """Return what is near and what has the words; enough of each to fill the answer if there is."""
    wide = max(CANDIDATES, 3 * limit)
    nears: dict[UUID, Near] = {}
    for place, vector in question.vectors:
        for near in _near(place, vector, rows, among, wide):
            former = nears.get(near.memory_id)
            if former is None or near.likeness > former.likeness:
                nears[near.memory_id] = near
    worded = by_words(question.stems, 2 * wide, total=count, among=among)
    is_full = among is EVERY and len(worded.scores) == 2 * wide
    if is_full and not _are_enough(rows, worded.scores, limit):
        worded = by_words(question.stems, 2 * wide, total=count, among=Among.rows(rows))
    return nears, worded


def _near(place: Place, vector: bytes, rows: MemoryQuerySet, among: Among, wide: int) -> list[Near]:
    """Return the nearest that are like the filters; of many, by the index as long as that does."""
    if among is not EVERY:
        return nearest_among(place, vector, among, wide)
    found = nearest(place, vector, 2 * wide)
    if len(found) < 2 * wide or _are_enough(rows, {each.memory_id for each in found}, wide // 3):
        return found
    return nearest_among(place, vector, Among.rows(rows), wide)


def _are_enough(rows: MemoryQuerySet, ids: Iterable[UUID], wanted: int) -> bool:
    return rows.filter(pk__in=list(ids)).count() >= wanted


def _missing(question: Question, ids: Iterable[UUID]) -> dict[UUID, Near]:
    """Return how near those are that were found by words alone."""
    wanted = list(ids)
    found: dict[UUID, Near] = {}
    for place, vector in question.vectors if wanted else ():
        for near in nearest_among(place, vector, Among.ids(wanted), 50 * len(wanted)):
            found.setdefault(near.memory_id, near)
    return found


def _feedback(ids: Iterable[UUID]) -> Mapping[UUID, Counter[bool]]:
    """Return how often former recalls of each memory helped, and how often not."""
    said: dict[UUID, Counter[bool]] = defaultdict(Counter)
    uses = Use.objects.filter(memory__in=list(ids), helpful__isnull=False).order_by()
    for memory_id, helpful in uses.values_list("memory_id", "helpful"):
        said[memory_id][bool(helpful)] += 1
    return said


def _candidate(
    memory: Memory,
    nears: Mapping[UUID, Near],
    worded: Worded,
    said: Mapping[UUID, Counter[bool]],
) -> Candidate:
    near, told = nears.get(memory.pk), said.get(memory.pk, Counter())
    return Candidate(
        id=memory.pk,
        likeness=near.likeness if near else None,
        words=worded.scores.get(memory.pk),
        created_at=memory.created_at,
        confidence=memory.confidence,
        helped=told[True],
        hindered=told[False],
        part=near.part if near else 0,
    )


def _hits(ranked: Sequence[Ranked], memories: Mapping[UUID, Memory], limit: int) -> list[Hit]:
    """Return the hits, opened; what says the same as a better one is left out."""
    first = ranked[: limit + CANDIDATES // 3]
    contents = {each.candidate.id: opened(memories[each.candidate.id]) for each in first}
    said = {pk: set(words.stems(text)) for pk, text in contents.items() if text}
    kept = different(first, said, limit)
    excerpts = _excerpts(kept)
    return [
        Hit(
            memories[each.candidate.id],
            contents[each.candidate.id],
            round(each.score, 6),
            each.parts,
            excerpts.get(each.candidate.id, ""),
        )
        for each in kept
    ]


def _excerpts(ranked: Sequence[Ranked]) -> dict[UUID, str]:
    """Return the part of each long memory that was found."""
    wanted = {each.candidate.id: each.candidate.part - 1 for each in ranked if each.candidate.part}
    if not wanted:
        return {}
    chunks = Chunk.objects.filter(memory__in=list(wanted), index__in=list(wanted.values()))
    return {
        chunk.memory_id: chunk.content for chunk in chunks if wanted[chunk.memory_id] == chunk.index
    }
