"""Consolidate what is remembered of sessions."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from accounts.fence import fenced
from accounts.permissions import require
from armproject.lib.audit import record
from armproject.lib.errors import DomainError, Forbidden
from memory import drafts
from memory.actions.ask_model import ask_model
from memory.actions.forget_many import forget_many
from memory.actions.mine_patterns import mine_patterns
from memory.actions.remember import remember
from memory.block import Note
from memory.finding import opened
from memory.learning.answers import read_summary
from memory.learning.patterns import Episode, alike, merged
from memory.learning.prompts import to_merge
from memory.models import LearningSetting, Memory, MemoryState, SourceType, Store
from memory.owners import Owner

MOST_EPISODES = 60


@dataclass(frozen=True, slots=True)
class Consolidated:
    """How many summaries went into how many, and how many patterns were written."""

    merged: int = 0
    into: int = 0
    patterns: int = 0


def consolidate(owner: Owner) -> Consolidated:
    """Merge an owner's summaries of sessions that say the same, and note what keeps coming back.

    With a model it writes the merged summary and names patterns; without one, or where its budget
    is spent, the fullest summary stands and what is named often is counted. What was merged can be
    restored for 30 days. Call it outside transactions.
    """
    require("memories.write")
    with fenced():
        setting = LearningSetting.objects.for_agent(None)
        rows = episodes_of(owner)
    gone = into = 0
    for group in alike([episode for episode, _ in rows]):
        ids = {UUID(each.id) for each in group}
        if _merge(owner, group, [row for _, row in rows if row.pk in ids], setting):
            gone, into = gone + len(group), into + 1
    patterns = mine_patterns(owner, setting)
    if gone or patterns:
        with fenced():
            told = {"merged": gone, "into": into, "patterns": patterns}
            record("memories.consolidate", details=told)
    return Consolidated(gone, into, patterns)


def episodes_of(owner: Owner) -> list[tuple[Episode, Memory]]:
    """Return the newest summaries of an owner that may be found, opened, the oldest first."""
    rows = Memory.objects.present().owned_by(owner.type, owner.id).filter(store=Store.EPISODIC)
    newest = rows.filter(is_locked=False).order_by("-created_at", "-id")[:MOST_EPISODES]
    found = []
    for row in reversed(newest):
        names = row.metadata.get("key_entities", ())
        if told := opened(row):
            episode = Episode(str(row.pk), told, tuple(str(each) for each in names))
            found.append((episode, row))
    return found


def _merge(
    owner: Owner, group: Sequence[Episode], rows: Sequence[Memory], setting: LearningSetting | None
) -> bool:
    """Put one summary in place of several; False where it may not be kept, then all stay."""
    text, names = _written(group, rows, setting)
    sessions = sorted({str(row.metadata.get("session_id", "")) for row in rows} - {""})
    draft = drafts.episodic(
        owner,
        session_id=sessions[-1] if sessions else "",
        summary=text,
        key_entities=names[: drafts.MOST_ENTITIES],
        metadata={"merged_from": len(rows), "sessions": sessions},
        source_type=SourceType.INFERENCE,
        parents=tuple(row.pk for row in rows),
    )
    with fenced():
        fullest = next((row for row in rows if opened(row) == text), None)
        others = [row for row in rows if row is not fullest]
        if fullest is None:
            try:
                kept = remember(draft)
            except Forbidden:
                return False
            if kept.memory.state != MemoryState.LIVE:
                return False
        forget_many(others, reason="Merged with others that say the same")
    return True


def _written(
    group: Sequence[Episode], rows: Sequence[Memory], setting: LearningSetting | None
) -> tuple[str, tuple[str, ...]]:
    if setting is not None and setting.has_model:
        notes = [
            Note(each.text, when=f"{row.created_at:%Y-%m-%d}")
            for each, row in zip(group, rows, strict=True)
        ]
        try:
            summary = read_summary(ask_model(setting, to_merge(notes)))
        except DomainError:
            return merged(group)
        if summary.text:
            return summary.text, summary.key_entities
    return merged(group)
