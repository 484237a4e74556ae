"""Erase what has expired or was forgotten long ago."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from armproject.lib.audit import record
from memory.actions.erase_memories import Erased, erase_rows
from memory.models import Memory, MemoryState, Use

FORGOTTEN_DAYS = 30
USES_DAYS = 90
AT_ONCE = 500


@transaction.atomic
def purge_expired() -> Erased:
    """Erase up to 500 memories that expired, or were forgotten more than 30 days ago.

    Call it until it erases none. Uses older than 90 days go, too.
    """
    now = timezone.now()
    is_over = Q(expires_at__lte=now) | Q(
        state=MemoryState.FORGOTTEN, forgotten_at__lte=now - timedelta(days=FORGOTTEN_DAYS)
    )
    rows = Memory.objects.filter(is_over).order_by("pk").select_for_update(skip_locked=True)
    ids = set(rows.values_list("pk", flat=True)[:AT_ONCE])
    Use.objects.older_than(now - timedelta(days=USES_DAYS)).delete()
    if not ids:
        return Erased()
    erased = erase_rows(ids)
    record("memories.purge", details={"count": erased.memories})
    return erased
