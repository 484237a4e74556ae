"""Write an associative memory."""

from typing import Any

from memory import drafts
from memory.actions.remember import remember
from memory.actions.remember_many import Kept, by_hand
from memory.owners import Owner


def write_associative(owner: Owner, *, label: str, **told: Any) -> Kept:
    """Keep something about an entity, to be found by likeness.

    `told` may hold content (else the label says it), entity_type, entity_id and metadata.
    """
    return remember(by_hand(drafts.associative(owner, label=label, **told)))
