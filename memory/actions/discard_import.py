"""Discard a file of memories."""

from django.db import transaction

from accounts.permissions import require
from armproject.lib.audit import record
from armproject.lib.errors import Conflict
from memory.models import ImportState, MemoryImport


@transaction.atomic
def discard_import(memory_import: MemoryImport) -> MemoryImport:
    """Discard a file that was looked at: nothing of it is kept but that it was there."""
    require("memories.import")
    row = MemoryImport.objects.select_for_update(of=("self",)).get(pk=memory_import.pk)
    if row.state not in (ImportState.EXAMINED, ImportState.FAILED):
        raise Conflict("This file was taken already; undo the import instead.")
    row.state, row.document_sealed, row.findings = ImportState.DISCARDED, None, []
    row.save(update_fields=["state", "document_sealed", "findings"])
    record("memories.discard_import", row)
    return row
