"""Enrich a call with what is known, before it is made."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from accounts.fence import fenced
from armproject.lib.audit import record
from armproject.lib.errors import Forbidden
from memory.access import Reach, reach_of_call, require_reading
from memory.actions.note_uses import note_uses
from memory.actions.read_preferences import opened_preference
from memory.block import Note, fence, fit, tokens
from memory.finding import Filters, Question, find, opened, understood
from memory.models import (
    Kind,
    LearningSetting,
    Memory,
    MemoryQuerySet,
    OwnerType,
    Preference,
    Store,
    UseKind,
)
from memory.owners import ORGANIZATION, Owner

USUAL_TOKENS = 1_500
MOST_CORE, MOST_LIKE, MOST_EPISODES, MOST_PATTERNS = 50, 8, 3, 5
LONGEST_QUESTION = 4_000
OTHERS = "Reading what belongs to others needs the permission memories.read_private."
# A call is made for somebody even where nobody says by which agent: it never reads like a person.
UNNAMED = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Part:
    """One thing put before the call: the store it is of (or preference), its id, its words."""

    store: str
    id: UUID
    about: str
    text: str
    score: float | None = None
    memory: Memory | None = None

    @property
    def note(self) -> Note:
        return Note(self.text, store=self.store, about=self.about)


@dataclass(frozen=True, slots=True)
class Enriched:
    """The fenced block, about how many tokens it is, and its parts; off is an empty block."""

    is_on: bool = True
    block: str = ""
    parts: list[Part] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def tokens(self) -> int:
        return tokens(self.block)


def enrich(
    text: str,
    *,
    owners: frozenset[Owner],
    agent_id: UUID | None = None,
    run_id: UUID | None = None,
    budget: int | None = None,
) -> Enriched:
    """Return what is known of a call's owners, as a block of data within a budget of tokens.

    Core memories and preferences always, what is like the text, the newest episodes, and patterns.
    What others brought counts only where a person vouched for it, instructions too. Call it
    outside transactions: an endpoint may have to embed the text.
    """
    owners |= {ORGANIZATION}
    with fenced():
        setting = LearningSetting.objects.for_agent(agent_id)
        _require_own(owners)
        reach = Reach(owners=owners, agent_id=agent_id or UNNAMED, run_id=run_id)
        require_reading("inject", reach, owners)
    if setting is not None and not setting.enriches:
        return Enriched(is_on=False, notes=["Putting memories before calls is switched off."])
    room = budget if budget is not None else (setting.enrich_tokens if setting else USUAL_TOKENS)
    asked = text.strip()[:LONGEST_QUESTION]
    question = understood(asked) if asked else None
    with fenced(), transaction.atomic():
        parts, notes = _gathered(question, reach)
        kept = _fitting(parts, room)
        _note(kept, agent_id, run_id)
    return Enriched(block=fence(part.note for part in kept), parts=kept, notes=notes)


def _require_own(owners: frozenset[Owner]) -> None:
    mine = reach_of_call()
    if not mine.sees_private and not owners <= mine.owners:
        raise Forbidden(OTHERS, permission="memories.read_private")


def _gathered(question: Question | None, reach: Reach) -> tuple[list[Part], list[str]]:
    rows = _usable(Filters(owners=reach.owners).of(reach.rows()))
    parts = _parts(rows.filter(store=Store.CORE).order_by("key", "id")[:MOST_CORE])
    parts += _preferences(reach.owners)
    notes: list[str] = []
    if question is not None:
        filters = Filters(owners=reach.owners, store=Store.ASSOCIATIVE)
        found = find(question, reach, filters, limit=MOST_LIKE)
        notes = list(found.notes)
        parts += [
            Part(Store.ASSOCIATIVE, hit.memory.pk, hit.memory.label, told, hit.score, hit.memory)
            for hit in found.hits
            if (told := hit.excerpt or hit.content) and _is_usable(hit.memory)
        ]
    episodes = rows.filter(store=Store.EPISODIC).order_by("-created_at", "-id")
    patterns = rows.filter(store=Store.PROACTIVE).order_by("-updated_at", "-id")
    parts += _parts(episodes[:MOST_EPISODES]) + _parts(patterns[:MOST_PATTERNS])
    return parts, notes


def _usable(rows: MemoryQuerySet) -> MemoryQuerySet:
    """Leave out instructions that no person vouched for, and what nobody can open."""
    found: MemoryQuerySet = rows.filter(~Q(kind=Kind.INSTRUCTION) | Q(is_trusted=True))
    return found.filter(is_locked=False)


def _is_usable(memory: Memory) -> bool:
    return not memory.is_locked and (memory.kind != Kind.INSTRUCTION or memory.is_trusted)


def _parts(rows: Iterable[Memory]) -> list[Part]:
    parts = []
    for row in rows:
        about = row.key if row.store == Store.CORE else row.metadata.get("pattern_type", row.label)
        if told := opened(row):
            parts.append(Part(row.store, row.pk, str(about), told, None, row))
    return parts


def _preferences(owners: frozenset[Owner]) -> list[Part]:
    """Return the users' preferences, and the organization's that a person set."""
    users = [owner.id for owner in owners if owner.type == OwnerType.USER]
    rows = Preference.objects.filter(Q(user__in=users) | Q(user="", is_trusted=True))
    found = []
    for row in rows.order_by("-confidence", "category", "key", "id")[:MOST_CORE]:
        told = opened_preference(row)
        if told is not None:
            found.append(Part("preference", row.pk, f"{row.category}: {row.key}", told.value))
    return found


def _fitting(parts: Sequence[Part], room: int) -> list[Part]:
    """Return the parts that fit, in their order; each memory once."""
    once = list({(part.store, part.id): part for part in parts}.values())
    wanted = [part.note for part in once]
    kept = fit(wanted, room)
    left = iter(kept)
    following = next(left, None)
    found = []
    for part, note in zip(once, wanted, strict=True):
        if following is not None and note is following:
            found.append(part)
            following = next(left, None)
    return found


def _note(parts: Sequence[Part], agent_id: UUID | None, run_id: UUID | None) -> None:
    used = [(part.memory, part.score) for part in parts if part.memory is not None]
    note_uses(used, UseKind.RECALLED, reach=Reach(agent_id=agent_id, run_id=run_id))
    ids = [str(memory.pk) for memory, _ in used]
    details = {"count": len(parts), "preferences": len(parts) - len(ids), "ids": ids}
    record("memories.enrich", details=details)
