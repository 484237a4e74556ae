"""Remember one thing."""

from memory.actions.remember_many import Kept, remember_many
from memory.entries import Draft


def remember(draft: Draft) -> Kept:
    """Keep one thing; what the same owner knows already, word by word, is kept once."""
    return remember_many([draft])[0]
