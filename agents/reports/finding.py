"""Finding agents by words of their name or by the beginning of their id, in an index of words."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from accounts.fence import current_organization_id
from agents.models import Agent, AgentWord
from agents.words import LAST, Search

# So many agents found by a word are sorted; more are read in the list's own order.
HITS_MOST = 2_000
HITS = """
SELECT DISTINCT agent_id FROM (
  SELECT agent_id FROM agents_agentword
   WHERE organization_id = %s AND word >= %s AND word < %s LIMIT %s) AS found
"""


def hits_of(search: Search) -> list[UUID] | None:
    """Return the agents with a word that begins like the rarest one, or with such an id.

    None means that every word is too common for that.
    """
    for word in search.words:
        found = _beginning_with(word)
        if len(found) <= HITS_MOST:
            return list({*found, *_beginning_with(search.whole)})
    return None


def found(agents: "QuerySet[Agent]", text: str) -> "QuerySet[Agent]":
    """Keep the agents that a search finds."""
    search = Search.of(text)
    if search.is_empty:
        return agents.none()
    hits = hits_of(search)
    by_id = AgentWord.objects.filter(word__gte=search.whole, word__lt=f"{search.whole}{LAST}")
    by_words = agents if hits is None else agents.filter(pk__in=hits)
    for word in search.words:
        rows = AgentWord.objects.filter(word__gte=word, word__lt=f"{word}{LAST}")
        by_words = by_words.filter(pk__in=rows.values("agent_id"))
    if search.words == (search.whole,):
        return by_words
    return by_words | agents.filter(pk__in=by_id.values("agent_id")[:HITS_MOST])


def read(statement: str, values: Sequence[Any], *, one_plan: bool = False) -> list[tuple[Any, ...]]:
    """Run a statement that the server keeps prepared, past Django's own wrapping of cursors.

    Inside a transaction of many statements nothing is gained by keeping to `one_plan`.
    """
    with connection.cursor() as cursor:
        cursor.cursor.execute(statement, values, prepare=True)
        return list(cursor.cursor.fetchall())


def _beginning_with(start: str) -> list[UUID]:
    bounds = [current_organization_id(), start, f"{start}{LAST}", HITS_MOST + 1]
    return [row[0] for row in read(HITS, bounds)]
