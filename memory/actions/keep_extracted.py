"""Keep what an interaction told."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction

from accounts.permissions import require
from agents.models import Agent
from armproject.lib.errors import Conflict, Forbidden, NotFound
from memory import drafts
from memory.actions.observe_preference import observe_preference
from memory.actions.remember import remember
from memory.actions.remember_many import Kept
from memory.entries import Draft
from memory.learning.answers import Extracted, Liking
from memory.models import (
    Horizon,
    Kind,
    Memory,
    MemoryState,
    OwnerType,
    Preference,
    SourceType,
    Store,
)
from memory.owners import ORGANIZATION, Owner


@dataclass(frozen=True, slots=True)
class Source:
    """Of what interaction something was learned, whose it was, and whose agent learned it."""

    owner: Owner = ORGANIZATION
    agent: Agent | None = None
    source_id: str = ""
    run_id: UUID | None = None


@dataclass(slots=True)
class Learned:
    """What is kept of an interaction; `denied` counts what a gate did not let be kept."""

    memories: list[Memory]
    preferences: list[Preference]
    intent: str = ""
    denied: int = 0

    @property
    def withheld(self) -> int:
        """How many of the memories wait for a review."""
        return sum(row.state == MemoryState.WITHHELD for row in self.memories)


@transaction.atomic
def keep_extracted(extracted: Extracted, source: Source) -> Learned:
    """Keep what an interaction told: facts, preferences, intent, and a summary of it.

    Nothing of it is an instruction or trusted, whatever it says; gates decide what is withheld.
    """
    require("memories.write")
    learned = Learned([], [], intent=extracted.intent)
    for draft in _drafts(extracted, source):
        _keep(draft, learned)
    for liking in extracted.preferences:
        _observe(liking, source, learned)
    return learned


def _keep(draft: Draft, learned: Learned) -> None:
    try:
        with transaction.atomic():
            kept: Kept = remember(draft)
    except (Conflict, Forbidden, NotFound):
        learned.denied += 1
        return
    if kept.memory not in learned.memories:
        learned.memories.append(kept.memory)


def _observe(liking: Liking, source: Source, learned: Learned) -> None:
    """Note a preference; one that has no user, or that a gate withholds, becomes a memory."""
    has_user = source.owner.type in {OwnerType.USER, OwnerType.ORGANIZATION}
    try:
        with transaction.atomic():
            row = (
                observe_preference(
                    liking,
                    user=source.owner.id,
                    source_id=source.source_id,
                    run_id=source.run_id,
                )
                if has_user
                else None
            )
    except (Forbidden, NotFound):
        learned.denied += 1
        return
    if row is not None:
        learned.preferences.append(row)
        return
    told = _told(source, liking.confidence) | {"kind": Kind.PREFERENCE}
    text = ". ".join(filter(None, (f"{liking.key}: {liking.value}", liking.example)))
    _keep(Draft(text, source.owner, metadata={"category": liking.category}, **told), learned)


def _drafts(extracted: Extracted, source: Source) -> Iterator[Draft]:
    owner = source.owner
    for core in extracted.core:
        if _is_settled(owner, core.key):
            continue
        yield drafts.core(owner, core.key, core.value, **_told(source, core.confidence))
    for fact in extracted.facts:
        metadata = {"about": fact.about} if fact.about else {}
        yield Draft(fact.text, owner, metadata=metadata, **_told(source, fact.confidence))
    for each in extracted.associations:
        yield drafts.associative(
            owner,
            label=each.label,
            content=each.text,
            entity_type=each.entity_type,
            entity_id=each.entity_id,
            **_told(source, each.confidence),
        )
    if extracted.intent:
        told = _told(source, extracted.intent_confidence) | {"kind": Kind.CONVERSATION}
        yield Draft(
            extracted.intent,
            owner,
            horizon=Horizon.SHORT_TERM,
            metadata={"extracted": "intent"},
            **told,
        )
    if extracted.summary.text:
        yield drafts.episodic(
            owner,
            session_id=source.source_id or str(source.run_id or ""),
            summary=extracted.summary.text,
            key_entities=extracted.summary.key_entities,
            **_told(source, None),
        )


def _is_settled(owner: Owner, key: str) -> bool:
    """Tell whether a person wrote what stands under this key: no model overwrites that."""
    rows = Memory.objects.owned_by(owner.type, owner.id).filter(store=Store.CORE, key=key)
    return bool(rows.filter(is_trusted=True).exclude(state=MemoryState.FORGOTTEN).exists())


def _told(source: Source, confidence: float | None) -> dict[str, Any]:
    return {
        "agent": source.agent,
        "source_type": SourceType.INTERACTION,
        "source_id": source.source_id or str(source.run_id or ""),
        "run_id": source.run_id,
        "confidence": confidence,
        "is_trusted": False,
    }
