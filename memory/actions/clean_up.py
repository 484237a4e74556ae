"""Forget what is old and of no use."""

from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.permissions import require
from armproject.lib.audit import record
from memory.access import Reach
from memory.actions.forget_many import MOST, forget_many
from memory.models import Memory, MemoryQuerySet

MOST_COUNTED = 10_000
EVERYTHING = Reach(sees_private=True)


@dataclass(frozen=True, slots=True)
class Cleaned:
    """How many memories fit (counted up to 10,000), and how many of them were forgotten."""

    found: int
    forgotten: int


@transaction.atomic
def clean_up(
    *,
    older_than_days: int,
    unused_days: int | None = None,
    owner_type: str | None = None,
    owner_id: str = "",
    store: str | None = None,
    apply: bool = False,
) -> Cleaned:
    """Forget up to 1,000 live memories that are that old, and were not used for that long.

    Without `apply` they are only counted. What is forgotten can be restored for 30 days.
    """
    require("memories.manage")
    rows = _fitting(older_than_days, unused_days or older_than_days)
    rows = rows.filter(owner_type=owner_type) if owner_type else rows
    rows = rows.filter(owner_id=owner_id) if owner_id else rows
    rows = rows.filter(store=store) if store else rows
    found = rows.order_by()[:MOST_COUNTED].count()
    if not apply:
        return Cleaned(found, 0)
    chosen = list(rows.order_by("created_at", "id")[:MOST])
    forgotten = len(forget_many(chosen, reason="Clean-up", reach=EVERYTHING))
    record("memories.clean_up", details={"found": found, "forgotten": forgotten})
    return Cleaned(found, forgotten)


def _fitting(older_than_days: int, unused_days: int) -> MemoryQuerySet:
    now = timezone.now()
    old, unused = (now - timedelta(days=days) for days in (older_than_days, unused_days))
    rows: MemoryQuerySet = Memory.objects.present()
    is_unused = Q(last_used_at=None) | Q(last_used_at__lt=unused)
    return rows.filter(is_unused, created_at__lt=old)
