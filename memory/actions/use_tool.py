"""Use a memory tool, as an agent does in a run."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.permissions import require
from armproject.lib import context
from armproject.lib.context import Principal, PrincipalKind
from armproject.lib.errors import Conflict, Forbidden, InvalidInput, NotFound
from memory import toolbox
from memory.actions.forget import forget
from memory.actions.note_uses import note_uses
from memory.actions.read_memories import read_memories
from memory.actions.recall import recall
from memory.actions.remember import remember
from memory.entries import Draft
from memory.finding import Filters
from memory.models import Memory, MemoryQuerySet, MemoryState, Offer, SourceType, Store, UseKind
from memory.owners import Owner
from memory.speaking import Speaker
from memory.toolbox import FEW, TOOLS

# What an agent is allowed while it uses a tool, whatever the key it came with allows.
RIGHTS = frozenset({"memories.read", "memories.write"})
WAITS = "It reads like an instruction and is kept aside until a person has looked at it."
NO_MEMORY = "There is no such memory in this run's reach."

Answer = dict[str, Any]


@transaction.atomic
def use_tool(name: str, arguments: Mapping[str, Any], speaker: Speaker) -> Answer:
    """Let an agent use a memory tool in its run, if it was offered to it.

    Whose memories they are follows from the run alone. Answers JSON; raises InvalidInput,
    NotFound, and Forbidden where the agent may not.
    """
    require("memories.use")
    tool = TOOLS.get(name)
    if tool is None:
        raise NotFound(f"There is no tool {name[:60]}; there is {', '.join(TOOLS)}.")
    if name not in Offer.objects.tools_of(speaker.agent):
        raise Forbidden(f"{speaker.agent} may not use {name}; an admin can allow it.")
    if speaker.agent.is_paused:
        raise Conflict(f"{speaker.agent} is paused: resume it before it uses its memory.")
    told = tool.checked(arguments)
    owner = _owner(told)
    if owner is not None and owner not in _allowed(speaker, changes=tool.changes):
        raise Forbidden("Whose memories these are follows from the run; leave the owner out.")
    agent = Principal(PrincipalKind.AGENT, str(speaker.agent.pk), str(speaker.agent))
    with context.use(replace(context.current(), principal=agent, rights=RIGHTS)):
        return _used(name, told, speaker, owner)


def _used(name: str, told: dict[str, Any], speaker: Speaker, owner: Owner | None) -> Answer:
    match name:
        case toolbox.STORE:
            return _store(told, speaker)
        case toolbox.DELETE:
            return _delete(told, speaker)
        case toolbox.SEARCH:
            return _search(told, speaker, owner)
    return _retrieve(told, speaker, owner)


def _owner(told: dict[str, Any]) -> Owner | None:
    """Take the owner out of the arguments; it is only ever compared with the run's."""
    kind, name = told.pop("owner_type", ""), told.pop("owner_id", "")
    return Owner(kind, name) if kind or name else None


def _allowed(speaker: Speaker, *, changes: bool) -> frozenset[Owner]:
    return frozenset({speaker.owner}) if changes else speaker.reach.owners


def _store(told: dict[str, Any], speaker: Speaker) -> Answer:
    _refuse_settled(told, speaker)
    kept = remember(
        Draft(
            content=told["content"],
            owner=speaker.owner,
            agent=speaker.agent,
            kind=told.get("kind", "fact"),
            horizon=told.get("type", "long_term"),
            store=Store.CORE if told.get("key") else Store.ASSOCIATIVE,
            key=told.get("key", ""),
            label=told.get("label", ""),
            metadata=told.get("metadata", {}),
            source_type=SourceType.INTERACTION,
            source_id=str(speaker.run_id or ""),
            expires_at=_end(told.get("ttl")),
            run_id=speaker.run_id,
        )
    ).memory
    answer = {"memory_id": str(kept.pk), "stored_at": kept.created_at}
    if kept.state == MemoryState.WITHHELD:
        return {**answer, "state": "withheld", "note": WAITS}
    return {**answer, "state": "live"}


def _refuse_settled(told: dict[str, Any], speaker: Speaker) -> None:
    """Refuse to write over what a person set under a key, or approved there."""
    if not told.get("key"):
        return
    rows = Memory.objects.owned_by(speaker.owner.type, speaker.owner.id).present()
    settled = rows.filter(store=Store.CORE, key=told["key"].strip(), is_trusted=True)
    if settled.exists():
        raise Conflict("A person set what is kept under this key; use another key.")


def _end(seconds: int | None) -> Any:
    return None if seconds is None else timezone.now() + timedelta(seconds=seconds)


def _retrieve(told: dict[str, Any], speaker: Speaker, owner: Owner | None) -> Answer:
    rows = speaker.reach.rows().present().filter(**_which(told))
    if owner is not None:
        rows = rows.owned_by(owner.type, owner.id)
    if "key" in told:
        rows = rows.filter(key=told["key"])
    if "memory_id" in told:
        rows = rows.filter(pk=_id(told["memory_id"]))
    return {"memories": _opened(rows, told.get("limit", FEW), speaker)}


def _opened(rows: MemoryQuerySet, limit: int, speaker: Speaker) -> list[Answer]:
    reach = speaker.reach
    found = list(rows.filter(is_locked=False).order_by("-created_at", "-id")[:limit])
    opened = read_memories(found, how="recall", reach=reach)
    note_uses([(memory, None) for memory in found], UseKind.READ, reach=reach)
    return [told_of(each.memory, each.content) for each in opened if each.content is not None]


def _search(told: dict[str, Any], speaker: Speaker, owner: Owner | None) -> Answer:
    filters = Filters(
        owners=frozenset() if owner is None else frozenset({owner}),
        kind=told.get("kind", ""),
        horizon=told.get("type", ""),
    )
    found = recall(
        told["query"],
        filters=filters,
        limit=told.get("limit", FEW),
        threshold=told.get("threshold"),
        reach=speaker.reach,
    )
    return {
        "results": [
            {**told_of(hit.memory, hit.content), "similarity": round(hit.score, 4)}
            for hit in found.hits
            if hit.content is not None
        ]
    }


def told_of(memory: Memory, content: str) -> Answer:
    """Return what a tool tells of a memory."""
    return {
        "memory_id": str(memory.pk),
        "content": content,
        "kind": memory.kind,
        "type": memory.horizon,
        "key": memory.key,
        "label": memory.label,
        "metadata": memory.metadata,
        "owner_type": memory.owner_type,
        "is_trusted": memory.is_trusted,
        "stored_at": memory.created_at,
    }


def _which(told: dict[str, Any]) -> dict[str, Any]:
    named = {"type": "horizon", "kind": "kind"}
    return {column: told[name] for name, column in named.items() if name in told}


def _delete(told: dict[str, Any], speaker: Speaker) -> Answer:
    own = speaker.owner
    rows = Memory.objects.owned_by(own.type, own.id).exclude(state=MemoryState.FORGOTTEN)
    memory = rows.filter(pk=_id(told["memory_id"])).first()
    if memory is None:
        raise NotFound(NO_MEMORY)
    forget(memory, reason="An agent asked for it.", reach=speaker.reach)
    return {"deleted": True}


def _id(told: str) -> UUID:
    try:
        return UUID(told)
    except ValueError:
        raise InvalidInput("memory_id: Send the id of a memory.") from None
