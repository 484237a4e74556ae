"""Remember what a file holds."""

from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any
from uuid import UUID

from django.utils import timezone

from accounts.fence import fenced
from accounts.sealing import seal_rows
from armproject.lib.audit import record
from armproject.lib.errors import DomainError
from memory.actions.examine_import import (
    destination_of,
    note_findings,
    note_refused_preferences,
    read_again,
)
from memory.actions.remember_many import Kept, remember_many
from memory.actions.update_memory import update_memory
from memory.formats import Document, Unreadable, bundle
from memory.models import (
    ImportedMemory,
    ImportOutcome,
    ImportState,
    Memory,
    MemoryImport,
    MemoryVersion,
    Preference,
)
from memory.models.memory_version import COLUMN, TABLE
from memory.moving import Outcome, Planned, Planner, facts_of, planned_preferences

AT_ONCE = 200


def carry_out_import(
    import_id: UUID,
    finish: Callable[[], AbstractContextManager[None]] = fenced,
    *,
    keep: Callable[..., None] = lambda **_: None,
) -> None:
    """Remember what a file holds, a part at a time; called again it goes on where it stopped.

    `finish` opens the transaction in which it counts as done; `keep` is told how far it is.
    """
    try:
        with fenced():
            row = MemoryImport.objects.select_related("agent").get(pk=import_id)
            found = read_again(row)
        while row.is_under_way and row.done < len(found.entries):
            with fenced():
                row = _take(import_id, found)
            keep(done=row.done, of=row.lines)
    except (DomainError, Unreadable) as problem:
        with finish():
            _end(import_id, ImportState.FAILED, str(problem))
        return
    with finish():
        _prefer(import_id, found)
        _end(import_id, ImportState.DONE, "")


def _take(import_id: UUID, found: Document) -> MemoryImport:
    """Remember the next entries and note how far it is, in the caller's transaction."""
    rows = MemoryImport.objects.select_related("agent").select_for_update(of=("self",))
    row: MemoryImport = rows.get(pk=import_id)
    if not row.is_under_way:
        return row
    if row.state == ImportState.QUEUED:
        # What was foreseen may have changed meanwhile: from here on counts what happens.
        row.state, row.counts, row.findings = ImportState.RUNNING, {}, []
        row.counts = {str(Outcome.REFUSED): len(found.refused)}
        row.findings = [
            {"line": each.line, "outcome": "refused", "reason": each.reason}
            for each in found.refused
        ]
    batch = found.entries[row.done : row.done + AT_ONCE]
    planned = Planner(destination_of(row)).plan(batch)
    brought = [*_remember(planned, row), *_change(planned)]
    ImportedMemory.objects.bulk_create(
        ImportedMemory(memory_import=row, **told) for told in brought
    )
    told = Counter(row.counts)
    told.update(str(each.outcome) for each in planned)
    row.counts = {str(name): told.get(name, 0) for name in Outcome}
    note_findings(row, planned)
    row.done += len(batch)
    row.save(update_fields=["state", "counts", "findings", "done"])
    return row


def _remember(planned: list[Planned], row: MemoryImport) -> list[dict[str, Any]]:
    """Keep what is new, with the past it brings along."""
    fresh = [
        each for each in planned if each.outcome in (Outcome.NEW, Outcome.WITHHELD) and each.draft
    ]
    kept = remember_many([each.draft for each in fresh if each.draft])
    pairs = [(each, one) for each, one in zip(fresh, kept, strict=True) if one.is_new]
    if row.format == bundle.NAME:
        _keep_past(pairs)
    return [
        {
            "line": each.entry.line,
            "memory_id": one.memory.pk,
            "outcome": ImportOutcome.NEW,
            "version": one.memory.version,
        }
        for each, one in pairs
    ]


def _change(planned: list[Planned]) -> list[dict[str, Any]]:
    """Change what is there and differs; how it was stays as a version."""
    brought = []
    for each in planned:
        if each.outcome != Outcome.CHANGED or each.memory is None or each.draft is None:
            continue
        content = None if each.is_same_text else each.draft.content
        facts, was_trusted = facts_of(each.draft), each.memory.is_trusted
        memory = update_memory(each.memory, content=content, is_by_hand=False, **facts)
        brought.append(
            {
                "line": each.entry.line,
                "memory_id": memory.pk,
                "outcome": ImportOutcome.CHANGED,
                "version": memory.version,
                "former_version": memory.version - 1,
                "was_trusted": was_trusted,
            }
        )
    return brought


def _prefer(import_id: UUID, found: Document) -> None:
    """Keep the preferences of a file that are not known here, in the caller's transaction."""
    row = MemoryImport.objects.select_for_update(of=("self",)).get(pk=import_id)
    if not row.is_under_way or not found.preferences:
        return
    wishes = planned_preferences(found.preferences)
    fresh = [(each.line, each.row()) for each in wishes if each.is_new]
    Preference.objects.bulk_create(one for _, one in fresh)
    ImportedMemory.objects.bulk_create(
        ImportedMemory(
            memory_import=row,
            line=line,
            memory_id=one.pk,
            outcome=ImportOutcome.PREFERENCE,
            version=one.observations,
        )
        for line, one in fresh
    )
    note_refused_preferences(row, wishes)
    refused = row.counts.get("refused", 0) + sum(1 for each in wishes if each.reason)
    row.counts = {**row.counts, "refused": refused, "preferences": len(fresh)}
    row.save(update_fields=["counts", "findings"])


def _keep_past(pairs: list[tuple[Planned, Kept]]) -> None:
    """Give new memories their former versions, their number and who wrote them elsewhere."""
    rows, told = [], {}
    for each, kept in pairs:
        kept.memory.version = each.entry.version
        kept.memory.created_by = each.entry.created_by or kept.memory.created_by
        seen = set()
        for former in each.entry.versions:
            if former.number in seen or former.number >= each.entry.version:
                continue
            seen.add(former.number)
            version = MemoryVersion(
                memory=kept.memory,
                number=former.number,
                facts=dict(former.facts),
                changed_by=former.changed_by,
            )
            rows.append(version)
            told[version.pk] = former.content.encode()
    sealed = seal_rows(told, table=TABLE, column=COLUMN)
    for version in rows:
        version.content_sealed = sealed[version.pk]
    MemoryVersion.objects.bulk_create(rows)
    Memory.objects.bulk_update([kept.memory for _, kept in pairs], ["version", "created_by"])


def _end(import_id: UUID, state: ImportState, problem: str) -> None:
    """Close an import in the caller's transaction; what was taken needs no file any more."""
    row = MemoryImport.objects.select_for_update(of=("self",)).get(pk=import_id)
    if not row.is_under_way:
        return
    row.state, row.last_error, row.finished_at = state, problem, timezone.now()
    row.document_sealed = None
    row.save(update_fields=["state", "last_error", "finished_at", "document_sealed"])
    record("memories.finish_import", row, details={"state": str(state), **row.counts})
