"""Memories as entries of files, and what entries would become here."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid5

from django.utils import timezone

from accounts.sealing import marks
from agents.models import Agent
from armproject.lib.errors import InvalidInput
from memory import entries
from memory.entries import Draft, mark_source
from memory.formats import Entry, Former
from memory.gates import Effect, Writing, judge_writing
from memory.models import Memory, MemoryState, MemoryVersion, OwnerType, Store
from memory.owners import Owner

# Ids of what comes from elsewhere follow from where it goes, where it came from and its id there.
IDS = UUID("6f0d8e0a-3d1c-5a51-9b43-0c1de5a1f8d2")
FACTS = (
    "label",
    "metadata",
    "confidence",
    "visibility",
    "kind",
    "horizon",
    "valid_from",
    "valid_until",
    "expires_at",
)
SHARED = (
    *FACTS,
    "owner_type",
    "owner_id",
    "store",
    "key",
    "source_type",
    "source_id",
    "imported_from",
    "is_locked",
    "created_at",
    "created_by",
    "version",
)


class Outcome(StrEnum):
    """What becomes of one entry."""

    NEW = "new"
    SAME = "same"
    CHANGED = "changed"
    WITHHELD = "withheld"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Destination:
    """Where entries go: to whom what names no owner, and to which agent what was an agent's.

    `house` names where the file comes from, `label` is what memories say of their origin.
    """

    organization_id: UUID
    house: str
    label: str
    owner: Owner
    agent: Agent | None = None

    @property
    def is_home(self) -> bool:
        """Tell whether the file was written by this organization, so that ids are our own."""
        return self.house == house_of(self.organization_id)


@dataclass(frozen=True, slots=True)
class Planned:
    """One entry and what becomes of it; `memory` is the one that is there already."""

    entry: Entry
    outcome: Outcome
    reason: str = ""
    draft: Draft | None = None
    memory: Memory | None = None
    is_same_text: bool = False


@dataclass(slots=True)
class Planner:
    """Says of entries, batch by batch, what becomes of them here; it changes nothing."""

    destination: Destination
    seen: dict[bytes, int] = field(default_factory=dict)
    keys: dict[tuple[Owner, str], int] = field(default_factory=dict)

    def plan(self, batch: Sequence[Entry]) -> list[Planned]:
        """Say it of some entries; those of one call are looked up together."""
        agents = self._agents(batch)
        drafts = [self._draft(entry, agents) for entry in batch]
        sources = [b"" if draft is None else _source(draft) for draft, _ in drafts]
        digests = marks(sources)
        known = _Known(self.destination, batch, [one for one, _ in drafts if one], digests)
        return [
            self._judge(entry, draft, why, digest, known)
            for entry, (draft, why), digest in zip(batch, drafts, digests, strict=True)
        ]

    def _agents(self, batch: Sequence[Entry]) -> Mapping[str, Agent]:
        """Return the agents that entries name: those of a file that comes home."""
        if not self.destination.is_home:
            return {}
        ids = {found for entry in batch if (found := _uuid(entry.agent))}
        return {str(agent.pk): agent for agent in Agent.objects.filter(pk__in=ids)}

    def _draft(self, entry: Entry, agents: Mapping[str, Agent]) -> tuple[Draft | None, str]:
        """Return the draft as it would be kept, or none and why."""
        if entry.is_locked:
            return None, "It is encrypted under a passphrase, for the place it comes from."
        if entry.expires_at is not None and entry.expires_at <= timezone.now():
            return None, "It has expired."
        try:
            agent = agents.get(entry.agent)
            return entries.clean(draft_of(entry, self.destination, agent)), ""
        except InvalidInput as error:
            fields = error.details.get("fields")
            name = next(iter(fields), "") if isinstance(fields, Mapping) else ""
            return None, f"{name}: {error.message}" if name else error.message

    def _judge(
        self, entry: Entry, draft: Draft | None, why: str, digest: bytes, known: "_Known"
    ) -> Planned:
        if draft is None:
            return Planned(entry, Outcome.REFUSED, why)
        if (there := known.of(entry, draft)) is not None:
            return _compared(entry, draft, there, digest)
        if digest in self.seen or (there := known.by_digest.get(digest)) is not None:
            return Planned(entry, Outcome.SAME, memory=there)
        place = (draft.owner, draft.key)
        if draft.store == Store.CORE and (line := self.keys.get(place)):
            return Planned(entry, Outcome.REFUSED, f"Line {line} has the same key.")
        self.seen[digest] = entry.line
        if draft.store == Store.CORE:
            self.keys[place] = entry.line
        return _judged(entry, draft)


class _Known:
    """The memories that some entries may be about."""

    def __init__(
        self,
        destination: Destination,
        batch: Sequence[Entry],
        drafts: Sequence[Draft],
        digests: Sequence[bytes],
    ) -> None:
        ids = {draft.id for draft in drafts if draft.id}
        if destination.is_home:
            ids |= {own for entry in batch if (own := _uuid(entry.id))}
        self.by_id = {row.pk: row for row in Memory.objects.filter(pk__in=ids)}
        rows = Memory.objects.exclude(state=MemoryState.FORGOTTEN)
        self.by_digest = {bytes(row.digest): row for row in rows.filter(digest__in=digests)}
        keys = {draft.key for draft in drafts if draft.store == Store.CORE}
        self.by_key = {
            (Owner(row.owner_type, row.owner_id), row.key): row
            for row in rows.filter(store=Store.CORE, key__in=keys)
        }

    def of(self, entry: Entry, draft: Draft) -> Memory | None:
        """Return the memory with the entry's id, here or as it came here, or with its core key."""
        own = _uuid(entry.id)
        found = self.by_id.get(draft.id) if draft.id else None
        if found is None and own is not None:
            found = self.by_id.get(own)
        if found is None and draft.store == Store.CORE:
            found = self.by_key.get((draft.owner, draft.key))
        return found


def house_of(organization_id: object) -> str:
    """Return the name under which an organization's own files are known."""
    return f"arm:{organization_id}"


def draft_of(entry: Entry, destination: Destination, agent: Agent | None = None) -> Draft:
    """Return what is to be remembered of an entry; whoever brings it, nobody vouches for it."""
    agent = destination.agent or agent
    if entry.owner_type == OwnerType.AGENT and destination.agent is not None:
        owner = Owner(OwnerType.AGENT, str(destination.agent.pk))
    elif entry.owner_type:
        owner = Owner(entry.owner_type, entry.owner_id)
    else:
        owner = destination.owner
    return Draft(
        entry.content,
        owner,
        agent=agent,
        store=entry.store,
        key=entry.key,
        source_type=entry.source_type,
        source_id=entry.source_id,
        imported_from=entry.imported_from or destination.label,
        id=_id_here(entry, destination),
        created_at=entry.created_at,
        **{name: getattr(entry, name) for name in FACTS},
    )


def entry_of(memory: Memory, content: str, versions: Iterable[MemoryVersion] = ()) -> Entry:
    """Return a memory as an entry; `versions` are its former ones, to be told with it."""
    told: dict[str, Any] = {name: getattr(memory, name) for name in SHARED}
    agent = str(memory.agent_id or "")
    return Entry(
        content,
        id=str(memory.pk),
        agent=agent,
        versions=tuple(
            Former(each.number, each.content, each.changed_by, each.facts) for each in versions
        ),
        **told,
    )


def facts_of(draft: Draft) -> dict[str, Any]:
    """Return what `update_memory` may be told of a draft."""
    return {name: getattr(draft, name) for name in FACTS}


def _compared(entry: Entry, draft: Draft, there: Memory, digest: bytes) -> Planned:
    if there.state == MemoryState.FORGOTTEN:
        return Planned(entry, Outcome.REFUSED, "It was forgotten here; restore it instead.")
    if there.is_locked:
        return Planned(entry, Outcome.REFUSED, "The one here is encrypted under a passphrase.")
    if (there.owner_type, there.owner_id, there.store, there.key) != (
        draft.owner.type,
        draft.owner.id,
        draft.store,
        draft.key,
    ):
        why = "The memory with its id has another owner, store or key here."
        return Planned(entry, Outcome.REFUSED, why)
    is_same_text = bytes(there.digest) == digest
    if is_same_text and all(getattr(there, name) == getattr(draft, name) for name in FACTS):
        return Planned(entry, Outcome.SAME, memory=there)
    if there.state == MemoryState.WITHHELD:
        judged = Planned(entry, Outcome.REFUSED, "The one here waits for a review.")
    else:
        judged = Planned(entry, Outcome.CHANGED) if is_same_text else _judged(entry, draft)
    if judged.outcome == Outcome.REFUSED:
        return judged
    return replace(
        judged, outcome=Outcome.CHANGED, draft=draft, memory=there, is_same_text=is_same_text
    )


def _judged(entry: Entry, draft: Draft) -> Planned:
    """Ask the gates about what would be written."""
    verdict = judge_writing(
        Writing(
            owner=draft.owner,
            content=draft.content,
            kind=draft.kind,
            store=draft.store,
            label=draft.label,
            key=draft.key,
            source_type=draft.source_type,
            agent_id=draft.agent.pk if draft.agent else None,
        )
    )
    why = " ".join(verdict.reasons)
    if verdict.effect == Effect.DENY:
        return Planned(entry, Outcome.REFUSED, why or "A rule does not allow this to be kept.")
    if verdict.effect == Effect.WITHHOLD:
        return Planned(entry, Outcome.WITHHELD, why, draft)
    return Planned(entry, Outcome.NEW, "", draft)


def _source(draft: Draft) -> bytes:
    return mark_source(draft.owner, draft.store, draft.key, draft.content)


def _id_here(entry: Entry, destination: Destination) -> UUID | None:
    if not entry.id:
        return None
    return uuid5(IDS, f"{destination.organization_id}\0{destination.house}\0{entry.id}")


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
