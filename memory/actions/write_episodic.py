"""Write an episodic memory."""

from typing import Any

from memory import drafts
from memory.actions.remember import remember
from memory.actions.remember_many import Kept, by_hand
from memory.owners import Owner


def write_episodic(owner: Owner, *, session_id: str, summary: str, **told: Any) -> Kept:
    """Keep the summary of a session; `told` may hold key_entities and metadata."""
    return remember(by_hand(drafts.episodic(owner, session_id=session_id, summary=summary, **told)))
