"""Memories and preferences on their way out of an organization and into one."""

from memory.moving.planning import (
    Destination,
    Outcome,
    Planned,
    Planner,
    draft_of,
    entry_of,
    facts_of,
    house_of,
)
from memory.moving.preferring import Wish, facts_of_preference, planned_preferences

__all__ = [
    "Destination",
    "Outcome",
    "Planned",
    "Planner",
    "Wish",
    "draft_of",
    "entry_of",
    "facts_of",
    "facts_of_preference",
    "house_of",
    "planned_preferences",
]
