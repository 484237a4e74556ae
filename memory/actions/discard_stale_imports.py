"""Discard files that nobody decided about."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from armproject.lib.audit import record
from memory.models import ImportState, MemoryImport

PATIENCE = timedelta(days=7)


@transaction.atomic
def discard_stale_imports() -> int:
    """Discard files that were looked at a week ago and never imported; returns how many."""
    stale = MemoryImport.objects.waiting().filter(created_at__lte=timezone.now() - PATIENCE)
    number = int(stale.update(state=ImportState.DISCARDED, document_sealed=None, findings=[]))
    if number:
        record("memories.discard_import", details={"count": number})
    return number
