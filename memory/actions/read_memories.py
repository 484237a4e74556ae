"""Read what memories say."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from armproject.lib.audit import record
from armproject.lib.crypto import Undecryptable
from memory import figures
from memory.access import Reach, reach_of_call, require_reading, require_within
from memory.models import Memory


@dataclass(frozen=True, slots=True)
class Opened:
    """A memory and what it says; `content` is None where its key is gone or it is locked."""

    memory: Memory
    content: str | None


@transaction.atomic
def read_memories(
    memories: Sequence[Memory], *, how: str = "read", reach: Reach | None = None
) -> list[Opened]:
    """Open memories for whoever may find them, and record that they were read."""
    reach = reach or reach_of_call()
    require_reading(how, reach)
    for memory in memories:
        require_within(memory, reach)
    figures.count_reading(how)
    opened = [Opened(memory, _content(memory)) for memory in memories]
    if len(memories) == 1:
        record("memories.read", memories[0], details={"how": how})
    elif memories:
        ids = [str(memory.pk) for memory in memories]
        record("memories.read", details={"how": how, "count": len(memories), "ids": ids})
    return opened


def _content(memory: Memory) -> str | None:
    if memory.is_locked:
        return None
    try:
        return memory.content
    except Undecryptable:
        return None
