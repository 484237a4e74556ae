"""Erase memories for good."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from accounts.permissions import require
from armproject.lib.audit import record
from memory import figures
from memory.access import require_within
from memory.actions.tell_news import FORGOTTEN, tell_news
from memory.indexing import drop_index
from memory.models import Chunk, Memory, MemoryVersion, Origin, Use
from memory.remains import remains_of

# Nobody concludes things from things so many times over.
DEEPEST = 20


@dataclass(slots=True)
class Erased:
    """How many rows of each kind are gone; `derived` counts memories concluded from the others."""

    memories: int = 0
    derived: int = 0
    chunks: int = 0
    versions: int = 0
    origins: int = 0
    uses: int = 0
    vectors: int = 0
    words: int = 0
    cached: int = 0


@transaction.atomic
def erase_memories(
    memories: Sequence[Memory], *, with_derived: bool = False, reason: str = ""
) -> Erased:
    """Erase memories, look that nothing of them is left, and return the receipt.

    The receipt, how many rows of each kind are gone, stands in the audit log, too.

    With `with_derived` whatever was concluded from them goes, too, however indirectly.
    """
    require("memories.write")
    for memory in memories:
        require_within(memory)
    ids = {memory.pk for memory in memories}
    derived = derived_of(ids) if with_derived else set()
    for memory in Memory.objects.filter(pk__in=derived):
        require_within(memory)
    erased = erase_rows(ids | derived)
    erased.memories -= len(derived)
    erased.derived = len(derived)
    subject = memories[0] if len(memories) == 1 else None
    left = remains_of(ids | derived)
    if left:
        raise RuntimeError(f"Erased memories left rows behind: {sorted(left)}")
    told = {**asdict(erased), "left": 0, "ids": sorted(str(pk) for pk in ids)}
    record("memories.erase", subject, details=told, reason=reason)
    return erased


def derived_of(ids: set[UUID]) -> set[UUID]:
    """Return the memories that were concluded from these, directly or not, and are none of them."""
    found: set[UUID] = set()
    wave = ids
    for _ in range(DEEPEST):
        links = Origin.objects.filter(parent__in=wave).values_list("memory_id", flat=True)
        wave = set(links) - ids - found
        if not wave:
            break
        found |= wave
    return found


def erase_rows(ids: set[UUID]) -> Erased:
    """Delete memories and whatever hangs on them, in the caller's transaction."""
    tell_news(FORGOTTEN, sorted(ids))
    figures.count("erase", len(ids))
    index = drop_index(ids, with_cache=True)
    counts = {
        name: int(rows.delete()[0])
        for name, rows in (
            ("chunks", Chunk.objects.filter(memory__in=ids)),
            ("versions", MemoryVersion.objects.filter(memory__in=ids)),
            ("origins", Origin.objects.filter(Q(memory__in=ids) | Q(parent__in=ids))),
            ("uses", Use.objects.filter(memory__in=ids)),
            ("memories", Memory.objects.filter(pk__in=ids)),
        )
    }
    return Erased(**counts, vectors=index.vectors, words=index.words, cached=index.cached)
