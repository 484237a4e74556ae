"""Write a core memory."""

from typing import Any

from memory import drafts
from memory.actions.remember import remember
from memory.actions.remember_many import Kept, by_hand
from memory.owners import Owner


def write_core(owner: Owner, key: str, value: str, **told: Any) -> Kept:
    """Keep a value under a key of an owner; the key's former value stays as a version."""
    return remember(by_hand(drafts.core(owner, key, value, **told)))
