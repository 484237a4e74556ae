"""Finding agents by words of their name or the beginning of their id, in an index of words.

An agent is found if each word that is looked for begins one of its words, or if its id begins like
the whole. The rarest words are looked up first: who has one that few have is known at once. Where
each word is common, all who have them are compared, once, by their ids alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from accounts.fence import current_organization_id
from agents.models import Agent
from agents.words import LAST, Search

# So many agents with a word are read one by one; of more, the whole index is compared.
HITS_MOST = 2_000
HITS = """
SELECT agent_id FROM agents_agentword WHERE organization_id = %s AND word >= %s AND word < %s
"""


@dataclass(frozen=True, slots=True)
class Hits:
    """A statement that selects the ids of all agents that a search finds, and its values."""

    statement: str
    values: tuple[Any, ...]

    @classmethod
    def of(cls, search: Search) -> "Hits":
        """Return a statement whose work does not grow with the inventory, if a word is rare."""
        rare = next((some for word in search.words if (some := _few_with(word)) is not None), None)
        parts, values = [HITS] * len(search.words), [b for w in search.words for b in _bounds(w)]
        if rare is not None:
            parts = [f"{HITS} AND agent_id = ANY(%s)"] * len(search.words)
            values = [each for word in search.words for each in (*_bounds(word), rare)]
        statement = f"({' INTERSECT '.join(parts)}) UNION {HITS}"
        return cls(statement, (*values, *_bounds(search.whole)))


def found(agents: "QuerySet[Agent]", text: str) -> "QuerySet[Agent]":
    """Keep the agents that a search finds."""
    search = Search.of(text)
    if search.is_empty:
        return agents.none()
    hits = Hits.of(search)
    # Kept apart, so that the comparison is not planned as a look-up for each agent of the list.
    apart = f"WITH hits AS MATERIALIZED ({hits.statement}) SELECT agent_id FROM hits"  # noqa: S608
    return agents.filter(pk__in=RawSQL(apart, hits.values))  # noqa: S611 - fragments of our own


def read(statement: str, values: Sequence[Any], *, one_plan: bool = False) -> list[tuple[Any, ...]]:
    """Run a statement that the server keeps prepared, past Django's own wrapping of cursors.

    Inside a transaction of many statements nothing is gained by keeping to `one_plan`.
    """
    with connection.cursor() as cursor:
        cursor.cursor.execute(statement, values, prepare=True)
        return list(cursor.cursor.fetchall())


def _few_with(word: str) -> list[UUID] | None:
    """Return the agents with a word that begins like this, or None if they are many."""
    rows = read(f"{HITS} LIMIT %s", [*_bounds(word), HITS_MOST + 1])
    return [row[0] for row in rows] if len(rows) <= HITS_MOST else None


def _bounds(start: str) -> list[Any]:
    """Return the organization, and between what lie the words that begin like this."""
    return [current_organization_id(), start, f"{start}{LAST}"]
