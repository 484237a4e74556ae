"""Decide about memories that were withheld."""

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from accounts.permissions import require
from armproject.lib.audit import record
from armproject.lib.errors import InvalidInput
from memory.access import require_within
from memory.actions.tell_news import STORED, tell_news
from memory.models import Memory, MemoryState

MOST = 1_000


@transaction.atomic
def review_memories(memories: Sequence[Memory], *, approve: bool, reason: str = "") -> list[Memory]:
    """Approve up to 1,000 withheld memories, or discard them, and return those it decided.

    What is approved is found from now on, and counts as vouched for by who approved it. What is
    discarded is forgotten, and can be restored for 30 days; it is withheld then, as before. What
    somebody else decided meanwhile stays as it is.
    """
    require("memories.review")
    if len(memories) > MOST:
        raise InvalidInput(f"Decide about at most {MOST:,} memories at once.")
    for memory in memories:
        require_within(memory)
    locked = Memory.objects.select_for_update(of=("self",)).order_by("pk")
    withheld = locked.filter(state=MemoryState.WITHHELD)
    rows = list(withheld.filter(pk__in=[memory.pk for memory in memories]))
    for row in rows:
        _decide(row, approve=approve)
    decided = ["state", "state_reason", "is_trusted", "forgotten_at", "updated_at"]
    Memory.objects.bulk_update(rows, decided)
    if approve:
        tell_news(STORED, [row.pk for row in rows])
    _note(rows, "memories.approve" if approve else "memories.discard", reason)
    return rows


def _decide(row: Memory, *, approve: bool) -> None:
    row.updated_at = timezone.now()
    if approve:
        row.state, row.state_reason, row.is_trusted = MemoryState.LIVE, "", True
    else:
        row.state, row.forgotten_at = MemoryState.FORGOTTEN, row.updated_at


def _note(rows: Sequence[Memory], action: str, reason: str) -> None:
    if len(rows) == 1:
        record(action, rows[0], reason=reason)
    elif rows:
        ids = [str(row.pk) for row in rows]
        record(action, details={"count": len(rows), "ids": ids}, reason=reason)
