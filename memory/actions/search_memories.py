"""Search what is remembered."""

from collections.abc import Sequence

from django.db import transaction

from accounts.fence import fenced
from armproject.lib.audit import record
from armproject.lib.errors import InvalidInput
from memory.access import Reach, reach_of_call, require_reading
from memory.finding import MOST, Filters, Found, find, understood
from memory.ranking import How


def search_memories(
    query: str,
    *,
    how: str = How.HYBRID,
    limit: int = 10,
    threshold: float | None = None,
    filters: Filters | None = None,
    vector: Sequence[float] | None = None,
    reach: Reach | None = None,
) -> Found:
    """Return the memories that answer a question, with scores and what they are made of.

    `how` is semantic, keyword or hybrid; `threshold` (0 to 1) leaves out what scores less;
    `vector` is one the client made itself, instead of one made from the question. What was found
    is recorded, what was asked is not.
    """
    filters = filters or Filters()
    with fenced():
        reach = reach or reach_of_call()
        require_reading("search", reach, filters.owners)
    check_limits(limit, threshold)
    question = understood(query, how, vector)
    with fenced(), transaction.atomic():
        found = find(question, reach, filters, limit=limit, threshold=threshold)
        ids = [str(hit.memory.pk) for hit in found.hits]
        record("memories.search", details={"how": str(how), "count": len(ids), "ids": ids})
    return found


def check_limits(limit: int, threshold: float | None) -> None:
    """Refuse what nobody can mean."""
    if not 1 <= limit <= MOST:
        told = f"Ask for 1 to {MOST} memories."
        raise InvalidInput(told, fields={"limit": [told]})
    if threshold is not None and not 0 <= threshold <= 1:
        told = "Give a number from 0 to 1."
        raise InvalidInput(told, fields={"threshold": [told]})
