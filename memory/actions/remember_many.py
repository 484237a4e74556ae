"""Remember several things at once."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.db import transaction

from accounts.permissions import require
from accounts.sealing import marks, seal_rows
from armproject.lib import context, spans
from armproject.lib.audit import record
from armproject.lib.context import PrincipalKind
from armproject.lib.errors import Conflict, InvalidInput
from armproject.lib.ids import uuid7
from memory import figures
from memory.access import Reach, reach_of_call, require_writing
from memory.actions.index_memories import index_memories
from memory.actions.tell_news import STORED, tell_news
from memory.actions.update_memory import update_memory
from memory.entries import Draft, clean, mark_source, refused
from memory.gates import Effect, Verdict, Writing
from memory.models import Memory, MemoryState, Origin, SourceType, Store
from memory.models.memory import COLUMN, TABLE

MOST = 1_000
# What a new value under a core memory's key says of itself: the former value's end is not its own.
SAID_ANEW = ("metadata", "confidence", "label", "valid_from", "valid_until", "expires_at")
PLAIN = (
    "agent",
    "horizon",
    "kind",
    "store",
    "key",
    "label",
    "metadata",
    "visibility",
    "source_type",
    "source_id",
    "imported_from",
    "confidence",
    "is_trusted",
    "is_locked",
    "valid_from",
    "valid_until",
    "expires_at",
)


@dataclass(frozen=True, slots=True)
class Kept:
    """A memory that is kept, and whether it is new; a withheld one waits for a review."""

    memory: Memory
    is_new: bool


@transaction.atomic
def remember_many(drafts: Sequence[Draft]) -> list[Kept]:
    """Keep up to 1,000 things, in order; what the same owner knows already is kept once.

    A core memory whose key is taken is changed. Raises InvalidInput naming the place (from 0) of
    what cannot be kept, and Forbidden where a gate denies; then nothing is kept.
    """
    require("memories.write")
    if len(drafts) > MOST:
        raise InvalidInput(f"Send at most {MOST:,} memories at once.")
    cleaned = [_cleaned(place, draft) for place, draft in enumerate(drafts)]
    _check_parents({parent for draft in cleaned for parent in draft.parents})
    return _Batch(cleaned).keep()


class _Batch:
    """Drafts on their way into the database."""

    def __init__(self, drafts: Sequence[Draft]) -> None:
        self.drafts = drafts
        self.digests = marks(
            mark_source(each.owner, each.store, each.key, each.content) for each in drafts
        )
        self.fresh: dict[bytes, tuple[Memory, Draft]] = {}
        known = Memory.objects.standing().filter(digest__in=self.digests)
        self.known = {bytes(row.digest): row for row in known}

    def keep(self) -> list[Kept]:
        kept = [self._place(draft, digest) for draft, digest in zip(*self._pairs(), strict=True)]
        self._write()
        return kept

    def _pairs(self) -> tuple[Sequence[Draft], Sequence[bytes]]:
        return self.drafts, self.digests

    def _place(self, draft: Draft, digest: bytes) -> Kept:
        if draft.store == Store.CORE and (former := self._of_key(draft)) is not None:
            changes = {name: getattr(draft, name) for name in SAID_ANEW}
            if draft.is_locked:
                raise Conflict("Something else is kept under this key; forget that first.")
            reach = _reach(draft)
            changed = update_memory(former, content=draft.content, reach=reach, **changes)
            return Kept(changed, is_new=False)
        same = self.known.get(digest)
        if same is not None and (digest in self.fresh or _reach(draft).holds(same)):
            return Kept(same, is_new=False)
        verdict = _judged(draft)
        row = _row(draft, digest, verdict)
        self.known[digest] = row
        self.fresh[digest] = (row, draft)
        return Kept(row, is_new=True)

    def _of_key(self, draft: Draft) -> Memory | None:
        """Return the owner's core memory of this key; one of the same batch is written first."""
        same = [
            row
            for row, other in self.fresh.values()
            if (other.store, other.owner, other.key) == (Store.CORE, draft.owner, draft.key)
        ]
        if same:
            self._write()
        rows = Memory.objects.owned_by(draft.owner.type, draft.owner.id)
        core = rows.filter(store=Store.CORE, key=draft.key).exclude(state=MemoryState.FORGOTTEN)
        found: Memory | None = core.select_for_update(of=("self",)).first()
        return found

    def _write(self) -> None:
        """Write what is new with as few statements as there are tables, as one step of a trace."""
        if not self.fresh:
            return
        with spans.step("memory.write", spans.Kind.INTERNAL, {"arm.memories": len(self.fresh)}):
            self._write_all()

    def _write_all(self) -> None:
        rows = [row for row, _ in self.fresh.values()]
        told = {row.pk: draft.content.encode() for row, draft in self.fresh.values()}
        sealed = seal_rows(told, table=TABLE, column=COLUMN)
        for row in rows:
            row.content_sealed = sealed[row.pk]
        index_memories(rows, [draft.content for _, draft in self.fresh.values()])
        Memory.objects.bulk_create(rows)
        Origin.objects.bulk_create(
            origin for row, draft in self.fresh.values() for origin in _origins(row, draft)
        )
        _note(rows)
        live = [row.pk for row in rows if row.state == MemoryState.LIVE]
        tell_news(STORED, live)
        figures.count("store", len(rows))
        self.fresh.clear()


def _cleaned(place: int, draft: Draft) -> Draft:
    try:
        return clean(draft)
    except InvalidInput as error:
        error.details["place"] = place
        raise


def _check_parents(parents: set[UUID]) -> None:
    known = set(Memory.objects.filter(pk__in=parents).values_list("pk", flat=True))
    if unknown := sorted(map(str, parents - known)):
        raise refused("parents", f"There is no such memory: {', '.join(unknown[:3])}.")


def _judged(draft: Draft) -> Verdict:
    return require_writing(
        Writing(
            owner=draft.owner,
            content=draft.content,
            kind=draft.kind,
            store=draft.store,
            label=draft.label,
            key=draft.key,
            metadata=draft.metadata,
            source_type=draft.source_type,
            agent_id=draft.agent.pk if draft.agent else None,
            run_id=draft.run_id,
            is_by_hand=draft.source_type == SourceType.MANUAL and draft.is_trusted,
        )
    )


def _row(draft: Draft, digest: bytes, verdict: Verdict) -> Memory:
    principal = context.principal()
    row = Memory(
        pk=draft.id or uuid7(),
        owner_type=draft.owner.type,
        owner_id=draft.owner.id,
        digest=digest,
        created_by=principal.label[:200] if principal else "",
        **{name: getattr(draft, name) for name in PLAIN},
    )
    if draft.created_at is not None:
        row.created_at = draft.created_at
    if verdict.effect == Effect.WITHHOLD:
        row.state = MemoryState.WITHHELD
        row.state_reason = " ".join(verdict.reasons)[:300]
    return row


def _reach(draft: Draft) -> Reach:
    """Return what the caller may meet again: people and keys only what they may find."""
    principal = context.principal()
    if principal is not None and principal.kind in (PrincipalKind.MEMBER, PrincipalKind.API_KEY):
        return reach_of_call()
    return Reach(owners=frozenset({draft.owner}))


def _origins(row: Memory, draft: Draft) -> list[Origin]:
    links = [Origin(memory=row, parent_id=parent) for parent in dict.fromkeys(draft.parents)]
    if draft.run_id is not None:
        links.append(Origin(memory=row, run_id=draft.run_id))
    return links


def _note(rows: Sequence[Memory]) -> None:
    """Record what was kept; of many at once one event tells, with their ids."""
    if len(rows) == 1:
        record("memories.remember", rows[0], after=facts(rows[0]))
        return
    kinds = sorted({row.kind for row in rows})
    ids = [str(row.pk) for row in rows]
    record("memories.remember", details={"count": len(rows), "kinds": kinds, "ids": ids})


def facts(row: Memory) -> dict[str, Any]:
    """Return what the audit log says of a memory: nothing of what it says."""
    return {
        "owner_type": row.owner_type,
        "kind": row.kind,
        "store": row.store,
        "horizon": row.horizon,
        "visibility": row.visibility,
        "source_type": row.source_type,
        "state": row.state,
    }


def by_hand(draft: Draft) -> Draft:
    """Return the draft as one that a person of the organization writes; keys and agents do not."""
    principal = context.principal()
    is_person = principal is not None and principal.kind == PrincipalKind.MEMBER
    return replace(draft, is_trusted=is_person)
