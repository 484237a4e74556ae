"""Forget several memories."""

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from accounts.permissions import require
from armproject.lib.audit import record
from armproject.lib.errors import InvalidInput
from memory import figures
from memory.access import Reach, require_within
from memory.actions.tell_news import FORGOTTEN, tell_news
from memory.models import Memory, MemoryState

MOST = 1_000


@transaction.atomic
def forget_many(
    memories: Sequence[Memory], *, reason: str = "", reach: Reach | None = None
) -> list[Memory]:
    """Forget up to 1,000 memories: none is found any more, and each can be restored for 30 days.

    Returns those that were not forgotten before.
    """
    require("memories.write")
    if len(memories) > MOST:
        raise InvalidInput(f"Forget at most {MOST:,} memories at once.")
    for memory in memories:
        require_within(memory, reach)
    locked = Memory.objects.select_for_update(of=("self",)).order_by("pk")
    present = locked.exclude(state=MemoryState.FORGOTTEN)
    rows = list(present.filter(pk__in=[memory.pk for memory in memories]))
    for row in rows:
        row.state, row.forgotten_at = MemoryState.FORGOTTEN, timezone.now()
    Memory.objects.bulk_update(rows, ["state", "forgotten_at"])
    _note(rows, reason)
    tell_news(FORGOTTEN, [row.pk for row in rows])
    figures.count("forget", len(rows))
    return rows


def _note(rows: Sequence[Memory], reason: str) -> None:
    if len(rows) == 1:
        record("memories.forget", rows[0], reason=reason)
    elif rows:
        ids = [str(row.pk) for row in rows]
        record("memories.forget", details={"count": len(rows), "ids": ids}, reason=reason)
