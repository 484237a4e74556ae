"""Things to remember, for tests."""

from typing import Any

from memory.actions.remember import remember
from memory.entries import Draft
from memory.models import Memory
from memory.owners import Owner
from tests.cast import House

USER = Owner("user", "u-1")
TEA = "Prefers tea to coffee in the afternoon."


def kept(house: House, content: str = TEA, *, owner: Owner = USER, **told: Any) -> Memory:
    """Keep one thing, as the owner of the house does."""
    with house.inside():
        return remember(Draft(content, owner, **told)).memory
