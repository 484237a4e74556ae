"""Restore a memory that was forgotten."""

from django.db import transaction
from django.utils import timezone

from accounts.permissions import require
from armproject.lib.audit import record
from armproject.lib.errors import Conflict
from memory import figures
from memory.access import require_within
from memory.actions.tell_news import STORED, tell_news
from memory.models import Memory, MemoryState, Store


@transaction.atomic
def restore_memory(memory: Memory, *, reason: str = "") -> Memory:
    """Bring back a memory that was forgotten and is not erased yet."""
    require("memories.write")
    require_within(memory)
    memory = Memory.objects.select_for_update(of=("self",)).get(pk=memory.pk)
    if memory.state != MemoryState.FORGOTTEN:
        raise Conflict("This was not forgotten.")
    _check_key(memory)
    memory.state = MemoryState.WITHHELD if memory.state_reason else MemoryState.LIVE
    memory.forgotten_at, memory.updated_at = None, timezone.now()
    memory.save(update_fields=["state", "forgotten_at", "updated_at"])
    record("memories.restore", memory, reason=reason)
    figures.count("restore")
    if memory.state == MemoryState.LIVE:
        tell_news(STORED, [memory.pk])
    return memory


def _check_key(memory: Memory) -> None:
    if memory.store != Store.CORE:
        return
    same = Memory.objects.owned_by(memory.owner_type, memory.owner_id)
    rows = same.filter(store=Store.CORE, key=memory.key).exclude(state=MemoryState.FORGOTTEN)
    if rows.exists():
        raise Conflict("Something else is kept under this key by now; forget that first.")
