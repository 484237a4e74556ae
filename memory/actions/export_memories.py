"""Export memories."""

import base64
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Prefetch, Q
from django.http import StreamingHttpResponse
from django.utils import timezone

from accounts.fence import current_organization_id, fenced
from accounts.freshness import require_fresh
from accounts.permissions import require
from accounts.scoping.exports import pages_of
from agents.models import Agent
from armproject.lib import context
from armproject.lib.audit import record
from armproject.lib.crypto import Undecryptable
from armproject.lib.ids import uuid7
from governance.signing import NoSigningKey, key_ring
from memory import entries
from memory.access import reach_of_call, require_reading, users_within
from memory.actions.note_uses import note_uses
from memory.formats import WRITTEN, Entry, Tally, anthropic, bundle, openai, plain
from memory.models import (
    Kind,
    Memory,
    MemoryQuerySet,
    MemoryState,
    MemoryVersion,
    OwnerType,
    Preference,
    UseKind,
)
from memory.moving import entry_of, facts_of_preference
from memory.owners import Owner

WRITERS = {part.NAME: part.write for part in (openai, anthropic, plain)}


@dataclass(slots=True)
class Selection:
    """Which memories to export; what is not said does not narrow it."""

    owner: Owner | None = None
    agent: Agent | None = None
    store: str = ""
    kind: str = ""
    with_versions: bool = False

    def narrow(self, rows: MemoryQuerySet) -> MemoryQuerySet:
        if self.owner is not None:
            rows = rows.owned_by(self.owner.type, self.owner.id)
        if self.agent is not None:
            rows = rows.filter(
                Q(agent=self.agent) | Q(owner_type="agent", owner_id=str(self.agent.pk))
            )
        if self.store:
            rows = rows.filter(store=self.store)
        return rows.filter(kind=self.kind) if self.kind else rows

    def facts(self) -> dict[str, Any]:
        """Return what the audit log keeps of it; names of people are not repeated."""
        owner = self.owner.type if self.owner else ""
        agent = str(self.agent.pk) if self.agent else ""
        told = {"owner_type": owner, "agent": agent, "store": self.store, "kind": self.kind}
        return {name: value for name, value in told.items() if value}


@dataclass(slots=True)
class _Opening:
    """Opens memories page by page and counts those that cannot be opened."""

    caller: context.Context
    with_versions: bool
    left_out: dict[str, int] = field(default_factory=dict)

    def entries(self, rows: MemoryQuerySet) -> Iterator[Entry]:
        if self.with_versions:
            versions = MemoryVersion.objects.order_by("number")
            rows = rows.prefetch_related(Prefetch("versions", versions))
        for page in pages_of(rows, self.caller):
            with context.use(self.caller), fenced():
                opened = [(row, entry) for row in page if (entry := self._opened(row))]
                note_uses([(row, None) for row, _ in opened], UseKind.EXPORTED)
            yield from (entry for _, entry in opened)

    def preferences(self, selection: Selection) -> Iterator[dict[str, Any]]:
        """Yield the preferences of the user, or of all where no memories but theirs are asked."""
        if selection.agent or selection.store or selection.kind not in ("", Kind.PREFERENCE):
            return
        rows = Preference.objects.order_by("id")
        if selection.owner is not None:
            if selection.owner.type not in (OwnerType.USER, OwnerType.ORGANIZATION):
                return
            rows = rows.filter(user=selection.owner.id)
        with context.use(self.caller), fenced():
            users = users_within(reach_of_call())
        if users is not None:
            rows = rows.filter(user__in=[*users, ""])
        for page in pages_of(rows, self.caller):
            with context.use(self.caller), fenced():
                told = [facts for row in page if (facts := self._preferred(row))]
            yield from told

    def _preferred(self, row: Preference) -> dict[str, Any] | None:
        try:
            return facts_of_preference(row)
        except Undecryptable:
            self._count_unreadable()
            return None

    def _count_unreadable(self) -> None:
        self.left_out["unreadable"] = self.left_out.get("unreadable", 0) + 1

    def _opened(self, row: Memory) -> Entry | None:
        versions: Iterable[MemoryVersion] = row.versions.all() if self.with_versions else ()
        try:
            return entry_of(row, row.content, versions)
        except Undecryptable:
            self._count_unreadable()
            return None


def export_memories(
    selection: Selection,
    *,
    format: str = bundle.NAME,  # noqa: A002 - the word of the API
) -> StreamingHttpResponse:
    """Hand out memories as a file that ARM or another house can read; it is streamed.

    Left out and counted is what is withheld, forgotten, expired, encrypted under a passphrase, or
    cannot be opened. That it was done is recorded before it is.
    """
    require("memories.export")
    require_fresh()
    if format not in WRITTEN:
        raise entries.refused("format", f"Choose one of {', '.join(WRITTEN)}.")
    reach = reach_of_call()
    owners = frozenset({selection.owner}) if selection.owner else frozenset()
    require_reading("export", reach, owners)
    chosen = selection.narrow(reach.rows())
    present, left_out = _divided(chosen)
    head = _head(selection)
    told = {"format": format, **selection.facts(), "contexts": present.count()}
    told |= {"export": head["id"], "left_out": dict(left_out)}
    record("memories.export", details=told)
    opening = _Opening(context.current(), selection.with_versions, left_out)
    found = opening.entries(present.order_by("id"))
    if format in WRITERS:
        return _download(WRITERS[format](found), format)
    tally = Tally(left_out=left_out)
    wanted = opening.preferences(selection)
    return _download(bundle.write(head, found, wanted, tally=tally, sign=_signed), format)


def _head(selection: Selection) -> dict[str, str]:
    """Return what the file is: its own id, and from where and when it is."""
    return {
        "id": str(uuid7()),
        "organization_id": str(current_organization_id()),
        "source_agent_id": str(selection.agent.pk) if selection.agent else "",
        "exported_at": bundle.spell_moment(timezone.now()),
    }


def _divided(chosen: MemoryQuerySet) -> tuple[MemoryQuerySet, dict[str, int]]:
    """Return what is exported, and how much is left out for which reason."""
    is_over = Q(expires_at__lte=timezone.now())
    live = chosen.filter(state=MemoryState.LIVE)
    counts = {
        "withheld": chosen.filter(state=MemoryState.WITHHELD).count(),
        "forgotten": chosen.filter(state=MemoryState.FORGOTTEN).count(),
        "expired": live.filter(is_over).count(),
        "locked": live.exclude(is_over).filter(is_locked=True).count(),
    }
    left_out = {name: number for name, number in counts.items() if number}
    return live.exclude(is_over).filter(is_locked=False), left_out


def _signed(statement: bytes) -> Mapping[str, str]:
    """Return the installation's signature of a bundle; nothing where it has no key to sign with."""
    try:
        ring = key_ring()
    except NoSigningKey:
        return {}
    return {
        "algorithm": "ed25519",
        "key_id": ring.key_id,
        "public_key": ring.public_keys[ring.key_id],
        "value": base64.b64encode(ring.sign(statement)).decode(),
    }


def _download(pieces: Iterator[str], kind: str) -> StreamingHttpResponse:
    response = StreamingHttpResponse(pieces, content_type="application/octet-stream")
    name = f"memories-{kind}-{timezone.now():%Y-%m-%d}.json"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    response["X-Accel-Buffering"] = "no"
    return response
