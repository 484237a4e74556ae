"""Import memories."""

from django.db import transaction

from accounts.permissions import require
from armproject.lib.audit import record
from armproject.lib.errors import Conflict
from jobs.actions.enqueue import enqueue
from memory.models import ImportState, MemoryImport

KIND = "memory.import"


@transaction.atomic
def import_memories(memory_import: MemoryImport) -> MemoryImport:
    """Import the memories of a file that was looked at; the work is queued.

    What agents may find is unchanged until it is done; it can be undone as a whole afterwards.
    """
    require("memories.import")
    require("memories.write")
    row = MemoryImport.objects.select_for_update(of=("self",)).get(pk=memory_import.pk)
    if row.state != ImportState.EXAMINED:
        raise Conflict("Only a file that was looked at and not taken yet can be imported.")
    row.state = ImportState.QUEUED
    row.save(update_fields=["state"])
    enqueue(KIND, {"import": str(row.pk)}, dedupe_key=f"import:{row.pk}")
    record("memories.import", row, details={"format": row.format, **row.counts})
    return row
