"""Note that memories were used."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import F
from django.utils import timezone

from armproject.lib import context
from memory.access import Reach
from memory.models import Memory, Use


def note_uses(
    found: Iterable[tuple[Memory, float | None]],
    kind: str,
    *,
    reach: Reach | None = None,
    recall: UUID | None = None,
) -> None:
    """Note in the caller's transaction that memories were used, in the order they were found.

    Each comes with its score (0 to 1), or None where it was not searched for.
    """
    principal = context.principal()
    rows = [
        Use(
            memory=memory,
            kind=kind,
            recall=recall,
            by=principal.label[:200] if principal else "",
            agent_id=reach.agent_id if reach else None,
            run_id=reach.run_id if reach else None,
            score=score,
            rank=rank,
        )
        for rank, (memory, score) in enumerate(found, 1)
    ]
    Use.objects.bulk_create(rows)
    # In one order, so that two recalls of the same memories do not wait for each other in a circle.
    ids = sorted(row.memory_id for row in rows)
    locked = Memory.objects.filter(pk__in=ids).order_by("pk").select_for_update(of=("self",))
    present = list(locked.values_list("pk", flat=True))
    Memory.objects.filter(pk__in=present).update(uses=F("uses") + 1, last_used_at=timezone.now())
