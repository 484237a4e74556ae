"""Read a locked memory."""

from django.db import transaction

from armproject.lib.audit import record
from armproject.lib.errors import Conflict
from armproject.lib.secret import Secret
from memory.access import Reach, reach_of_call, require_reading, require_within
from memory.models import Memory, MemoryState
from memory.passphrases import opened


@transaction.atomic
def open_memory(memory: Memory, passphrase: Secret, *, reach: Reach | None = None) -> str:
    """Return what a locked memory says, to whoever may find it and knows its passphrase.

    Raises Forbidden for a wrong one; tries are counted.
    """
    reach = reach or reach_of_call()
    require_reading("read", reach)
    require_within(memory, reach)
    if not memory.is_locked:
        raise Conflict("This is not locked.")
    if memory.state == MemoryState.FORGOTTEN:
        raise Conflict("This was forgotten; restore it first.")
    text = opened(memory.content, passphrase, memory.pk)
    record("memories.open", memory)
    return text
