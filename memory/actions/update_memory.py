"""Change what is remembered."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.permissions import require
from accounts.sealing import marks
from armproject.lib import context
from armproject.lib.audit import record
from armproject.lib.context import PrincipalKind
from armproject.lib.errors import Conflict
from memory import entries, figures
from memory.access import Reach, require_within, require_writing
from memory.actions.index_memories import index_memories
from memory.actions.tell_news import FORGOTTEN, UPDATED, tell_news
from memory.gates import Effect, Writing
from memory.models import Memory, MemoryState, MemoryVersion
from memory.owners import Owner

OPEN = (
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
INDEXED = {"label", "metadata"}
# What a model is shown beside what a memory says, or what that counts as.
GATED = {"label", "metadata", "kind"}
WAITS = "This waits for a review; once that is done it can be changed."
VERSIONED = ("label", "metadata", "confidence", "visibility", "valid_from", "valid_until")


@transaction.atomic
def update_memory(
    memory: Memory,
    *,
    content: str | None = None,
    reach: Reach | None = None,
    expected_version: int | None = None,
    is_by_hand: bool | None = None,
    **said: Any,
) -> Memory:
    """Change what a memory says or what is said of it; how it was stays as a version.

    `said` may hold label, metadata, confidence, visibility, kind, horizon, valid_from, valid_until
    and expires_at. With `expected_version` it is refused when somebody else was faster (Conflict).
    What a person says counts as written by hand, unless `is_by_hand` is false, as for a file.
    """
    require("memories.write")
    require_within(memory, reach)
    memory = Memory.objects.select_for_update(of=("self",)).get(pk=memory.pk)
    _check(memory, expected_version)
    before = memory.content
    changes = _changed(memory, said)
    text = None if content is None else entries.clean_content(content)
    is_new_text = text is not None and text != before
    if not changes and not is_new_text:
        return memory
    now = text if is_new_text and text else before
    if is_new_text or changes.keys() & GATED:
        _judge(memory, now, is_by_hand=_by_hand(is_by_hand))
    _keep_version(memory, before, changes)
    if is_new_text:
        _rewrite(memory, now, is_by_hand=_by_hand(is_by_hand))
    if is_new_text or changes.keys() & INDEXED:
        index_memories([memory], [now], again=True)
    memory.version += 1
    memory.updated_at = timezone.now()
    memory.save()
    _note(memory, changes, is_new_text=is_new_text)
    return memory


def _note(memory: Memory, changes: dict[str, Any], *, is_new_text: bool) -> None:
    """Record the change and tell of it; what is withheld by now is not found any more."""
    record(
        "memories.update",
        memory,
        before={name: _shown(name, former) for name, former in changes.items()},
        after={name: _shown(name, getattr(memory, name)) for name in changes},
        details={"version": memory.version, "content_changed": is_new_text},
    )
    figures.count("update")
    if memory.state == MemoryState.LIVE:
        tell_news(UPDATED, [memory.pk])
    elif is_new_text or changes.keys() & GATED:
        tell_news(FORGOTTEN, [memory.pk])


def _check(memory: Memory, expected_version: int | None) -> None:
    if memory.state == MemoryState.FORGOTTEN:
        raise Conflict("This was forgotten; restore it before you change it.")
    if memory.is_locked:
        raise Conflict("This is encrypted under a passphrase; unlock it to change it.")
    if expected_version is not None and expected_version != memory.version:
        raise Conflict(
            f"Somebody changed it meanwhile: it is at version {memory.version} now.",
            version=memory.version,
        )


def _changed(memory: Memory, said: dict[str, Any]) -> dict[str, Any]:
    """Set what differs and return what stood there before."""
    unknown = sorted(said.keys() - set(OPEN))
    if unknown:
        raise entries.refused(unknown[0], "This cannot be changed.")
    before = {}
    for name, value in _clean(memory, said).items():
        former = getattr(memory, name)
        if former != value:
            before[name] = former
            setattr(memory, name, value)
    return before


def _clean(memory: Memory, said: dict[str, Any]) -> dict[str, Any]:
    draft = entries.Draft(
        content=".",
        owner=Owner(memory.owner_type, memory.owner_id),
        store=memory.store,
        key=memory.key,
        expires_at=memory.expires_at or timezone.now(),
    )
    whole = {name: said.get(name, getattr(memory, name)) for name in OPEN}
    if whole["expires_at"] is None:
        whole["expires_at"] = draft.expires_at
    cleaned = entries.clean(replace(draft, **whole))
    told = {name: getattr(cleaned, name) for name in said}
    if "expires_at" in said:
        told["expires_at"] = said["expires_at"]
    return told


def _keep_version(memory: Memory, content: str, changes: dict[str, Any]) -> None:
    facts = {name: changes.get(name, getattr(memory, name)) for name in VERSIONED}
    principal = context.principal()
    version = MemoryVersion(
        memory=memory,
        number=memory.version,
        facts={name: _plain(value) for name, value in facts.items()},
        changed_by=principal.label[:200] if principal else "",
    )
    version.hold(content)
    version.save(force_insert=True)


def _by_hand(told: bool | None) -> bool:  # noqa: FBT001
    principal = context.principal()
    is_person = principal is not None and principal.kind == PrincipalKind.MEMBER
    return is_person if told is None else told


def _judge(memory: Memory, content: str, *, is_by_hand: bool) -> None:
    """Ask the gates about the memory as it will be; what waits is not exchanged by programs."""
    if memory.state == MemoryState.WITHHELD and not is_by_hand:
        raise Conflict(WAITS)
    verdict = require_writing(
        Writing(
            owner=Owner(memory.owner_type, memory.owner_id),
            content=content,
            kind=memory.kind,
            store=memory.store,
            label=memory.label,
            key=memory.key,
            metadata=memory.metadata,
            source_type=memory.source_type,
            agent_id=memory.agent_id,
            is_by_hand=is_by_hand,
        )
    )
    if verdict.effect == Effect.WITHHOLD:
        memory.state, memory.is_trusted = MemoryState.WITHHELD, False
        memory.state_reason = " ".join(verdict.reasons)[:300]


def _rewrite(memory: Memory, content: str, *, is_by_hand: bool) -> None:
    """Let the memory say something else."""
    owner = Owner(memory.owner_type, memory.owner_id)
    memory.is_trusted = is_by_hand
    memory.hold(content)
    source = entries.mark_source(owner, memory.store, memory.key, content)
    memory.digest = marks([source])[0]


def _plain(value: Any) -> Any:
    """Return a value as JSON has it."""
    return value.isoformat() if isinstance(value, datetime) else value


def _shown(name: str, value: Any) -> Any:
    """Return what the audit log may tell of a value: labels and metadata can repeat the content."""
    if name == "label":
        return f"{len(value)} characters"
    return sorted(value) if name == "metadata" else _plain(value)
