"""Undo an import."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from accounts.freshness import require_fresh
from accounts.permissions import require
from armproject.lib.audit import record
from armproject.lib.errors import Conflict
from memory.actions.erase_memories import erase_rows
from memory.actions.update_memory import update_memory
from memory.models import (
    ImportedMemory,
    ImportOutcome,
    ImportState,
    Memory,
    MemoryImport,
    MemoryVersion,
    Preference,
)

MOMENTS = ("valid_from", "valid_until")


@dataclass(slots=True)
class Undone:
    """How many memories were erased, changed back, and left because people changed them since."""

    erased: int = 0
    changed_back: int = 0
    left: int = 0


@transaction.atomic
def undo_import(memory_import: MemoryImport) -> Undone:
    """Erase what an import brought and change back what it changed.

    What somebody changed since is left as it is, and counted.
    """
    require("memories.import")
    require("memories.write")
    require_fresh()
    row = MemoryImport.objects.select_for_update(of=("self",)).get(pk=memory_import.pk)
    if row.state not in (ImportState.DONE, ImportState.FAILED):
        raise Conflict("Only an import that is over can be undone.")
    undone = Undone()
    undone.erased = _take_back_preferences(row)
    kept = ImportedMemory.objects.filter(memory_import=row)
    brought = list(kept.exclude(outcome=ImportOutcome.PREFERENCE).order_by("-line"))
    rows = Memory.objects.filter(pk__in=[each.memory_id for each in brought])
    there = {each.pk: each for each in rows.select_for_update(of=("self",)).order_by("pk")}
    erasing = set()
    for each in brought:
        memory = there.get(each.memory_id)
        if memory is None:
            continue
        if memory.version != each.version:
            undone.left += 1
        elif each.outcome == ImportOutcome.NEW:
            erasing.add(memory.pk)
        elif _change_back(memory, each):
            undone.changed_back += 1
    undone.erased += erase_rows(erasing).memories
    row.state, row.undone_at, row.document_sealed = ImportState.UNDONE, timezone.now(), None
    row.save(update_fields=["state", "undone_at", "document_sealed"])
    told = {"erased": undone.erased, "changed_back": undone.changed_back, "left": undone.left}
    record("memories.undo_import", row, details=told)
    return undone


def _take_back_preferences(row: MemoryImport) -> int:
    """Delete the preferences it brought, but those that people or agents confirmed since."""
    brought = ImportedMemory.objects.filter(memory_import=row, outcome=ImportOutcome.PREFERENCE)
    seen = dict(brought.values_list("memory_id", "version"))
    rows = Preference.objects.filter(pk__in=seen, is_trusted=False)
    gone = [each.pk for each in rows if each.observations == seen[each.pk]]
    return int(Preference.objects.filter(pk__in=gone).delete()[0])


def _change_back(memory: Memory, brought: ImportedMemory) -> bool:
    """Let a memory say what it said before the import; tells whether it could."""
    former = MemoryVersion.objects.filter(memory=memory, number=brought.former_version or 0).first()
    if former is None:
        return False
    memory = update_memory(memory, content=former.content, **_facts(former.facts))
    if memory.is_trusted != brought.was_trusted:
        memory.is_trusted = brought.was_trusted
        memory.save(update_fields=["is_trusted"])
    return True


def _facts(kept: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _moment(value) if name in MOMENTS else value for name, value in kept.items()}


def _moment(value: Any) -> datetime | None:
    return parse_datetime(value) if isinstance(value, str) else None
