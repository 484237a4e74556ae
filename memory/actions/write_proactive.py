"""Write a proactive pattern."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from memory import drafts
from memory.access import require_within
from memory.actions.remember import remember
from memory.actions.remember_many import Kept, by_hand
from memory.actions.update_memory import update_memory
from memory.models import Memory, MemoryState, Store
from memory.owners import Owner


@transaction.atomic
def write_proactive(
    owner: Owner,
    *,
    pattern_type: str,
    description: str,
    last_detected_at: datetime | None = None,
    **told: Any,
) -> Kept:
    """Keep a pattern of an owner; one that is known is brought up to what was detected last.

    It is known again by its type and `subject`, or by its description where no subject is told.
    """
    draft = drafts.proactive(
        owner,
        pattern_type=pattern_type,
        description=description,
        last_detected_at=last_detected_at or timezone.now(),
        **told,
    )
    rows = Memory.objects.owned_by(draft.owner.type, draft.owner.id)
    same = rows.filter(store=Store.PROACTIVE, key=draft.key).exclude(state=MemoryState.FORGOTTEN)
    known = same.order_by("created_at").first()
    if known is None:
        return remember(by_hand(draft))
    require_within(known)
    changes: dict[str, Any] = {
        "metadata": {**known.metadata, **draft.metadata},
        "confidence": draft.confidence,
    }
    return Kept(update_memory(known, content=draft.content, **changes), is_new=False)
