"""Forget one memory."""

from memory.access import Reach
from memory.actions.forget_many import forget_many
from memory.models import Memory


def forget(memory: Memory, *, reason: str = "", reach: Reach | None = None) -> bool:
    """Forget a memory: it is not found any more, and can be restored for 30 days.

    Tells whether it was there to be forgotten.
    """
    return bool(forget_many([memory], reason=reason, reach=reach))
