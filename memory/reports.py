"""How much is kept, and how it is used."""

from collections import Counter
from datetime import timedelta
from typing import Any

from django.db.models import Count
from django.utils import timezone

from memory.models import Memory, MemoryQuerySet, MemoryState, Use

# Beyond this many the counts are those of the newest.
MOST = 100_000
PARTS = ("owner_type", "kind", "store", "state")


def usage(rows: MemoryQuerySet) -> dict[str, Any]:
    """Count memories by what they are, and how they are used.

    Of more than 100,000 the newest are counted, and `is_capped` is true.
    """
    now = timezone.now()
    newest = rows.order_by("-created_at", "-id").values("pk")[: MOST + 1]
    seen = Memory.objects.filter(pk__in=newest).order_by()
    groups = list(seen.values_list(*PARTS).annotate(number=Count("pk")))
    counted: dict[str, Counter[str]] = {part: Counter() for part in PARTS}
    for *words, number in groups:
        for part, word in zip(PARTS, words, strict=True):
            counted[part][word] += number
    total = sum(number for *_, number in groups)
    live = seen.filter(state=MemoryState.LIVE)
    soon = live.filter(expires_at__gt=now, expires_at__lte=now + timedelta(days=7))
    lately = Use.objects.filter(created_at__gte=now - timedelta(days=30)).order_by()
    return {
        "total": min(total, MOST),
        "is_capped": total > MOST,
        **{f"by_{part}": dict(sorted(counted[part].items())) for part in PARTS},
        "uses_in_30_days": lately.values("pk")[:MOST].count(),
        "never_used": live.filter(uses=0).count(),
        "expiring_in_7_days": soon.count(),
    }
