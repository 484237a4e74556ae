"""Put a memory under a passphrase."""

from django.db import transaction
from django.utils import timezone

from accounts.permissions import require
from accounts.sealing import marks
from armproject.lib.audit import record
from armproject.lib.errors import Conflict
from armproject.lib.secret import Secret
from memory import entries
from memory.access import Reach, require_within
from memory.actions.index_memories import index_memories
from memory.actions.tell_news import UPDATED, tell_news
from memory.models import Memory, MemoryState, MemoryVersion
from memory.owners import Owner
from memory.passphrases import shut


@transaction.atomic
def lock_memory(memory: Memory, passphrase: Secret, *, reach: Reach | None = None) -> Memory:
    """Encrypt a memory under a passphrase that is not kept; lost, nobody reads it any more.

    Its former versions, words and vectors are erased: they would tell what it says.
    """
    require("memories.write")
    require_within(memory, reach)
    memory = Memory.objects.select_for_update(of=("self",)).get(pk=memory.pk)
    if memory.is_locked:
        raise Conflict("This is locked already.")
    if memory.state != MemoryState.LIVE:
        raise Conflict("Only what is live can be locked: approve or restore it first.")
    box = shut(memory.content, passphrase, memory.pk)
    rewrite(memory, box, is_locked=True)
    MemoryVersion.objects.of(memory).delete()
    record("memories.lock", memory)
    tell_news(UPDATED, [memory.pk])
    return memory


def rewrite(memory: Memory, content: str, *, is_locked: bool) -> None:
    """Let a memory hold this, locked or open, and be found by what then can be known of it."""
    owner = Owner(memory.owner_type, memory.owner_id)
    source = entries.mark_source(owner, memory.store, memory.key, content)
    memory.is_locked, memory.digest = is_locked, marks([source])[0]
    memory.hold(content)
    index_memories([memory], [content], again=True)
    memory.version += 1
    memory.updated_at = timezone.now()
    memory.save()
