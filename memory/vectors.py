"""The nearest vectors: looked at one by one where they are few, by an index of one's own above.

What is sealed is asked of its shelf's index, what is newer is looked at itself; both come in one
statement, together with where things stand now, so that a shelf that was swapped meanwhile is
noticed and asked again. Vectors have length one, so their inner product is the cosine.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import psycopg
from django.db import connection

from accounts.fence import borrowed, current_organization_id, fenced
from armproject.lib import context
from memory.among import EVERY, Among
from memory.embedding.wire import Half
from memory.models import Space

# How far an index is searched: the better the more is looked at.
EFFORT: Final = 120
# Looked at one by one this many cost about as much as asking an index.
FEW: Final = 1_000
SET_UP: Final = (
    "SELECT set_config('arm.organization', %s, true), set_config('arm.user', %s, true),"
    " set_config('hnsw.ef_search', %s, true), set_config('hnsw.iterative_scan', 'strict_order',"
    " true)"
)


@dataclass(frozen=True, slots=True)
class Place:
    """A space as a search needs it: which vectors, how wide, and in which shelves they stand."""

    id: UUID
    dimension: int
    shelves: tuple[int, ...] = ()

    @classmethod
    def of(cls, space: Space) -> "Place":
        return cls(space.pk, space.dimension, tuple(space.shelves))


@dataclass(frozen=True, slots=True)
class Near:
    """A memory, or a part of one, and its cosine to the question."""

    memory_id: UUID
    part: int
    likeness: float


def nearest(place: Place, vector: bytes, limit: int) -> list[Near]:
    """Return the nearest of all of the organization's vectors in a space, the nearest first."""
    rows: list[tuple[Any, ...]] = []
    for _ in range(5):
        rows = _ask(_statement(place), _values(place, vector, limit), effort=max(EFFORT, limit))
        now = next((row[3] for row in rows if row[3] is not None), None)
        if now is None or tuple(now) == place.shelves:
            break
        place = Place(place.id, place.dimension, tuple(now))
    return _sorted(rows, limit)


def nearest_among(place: Place, vector: bytes, among: Among, limit: int) -> list[Near]:
    """Return the nearest of some memories, each looked at: exact, whatever else there is."""
    rows = _ask(
        "SELECT memory_id, part, (embedding <#> %s::halfvec) + 0 AS d"  # noqa: S608 - see Among
        f" FROM memory_vector WHERE organization_id = %s AND space_id = %s AND {among.sql}"
        " ORDER BY d, memory_id, part LIMIT %s",
        [Half(vector), current_organization_id(), place.id, *among.values, limit],
    )
    return _sorted(rows, limit)


def nearest_exactly(place: Place, vector: bytes, limit: int) -> list[Near]:
    """Return the nearest by looking at every vector of the space, whatever that takes."""
    return nearest_among(place, vector, EVERY, limit)


def vectors_of(place: Place, memory_ids: Sequence[UUID]) -> dict[UUID, str]:
    """Return the vectors of some memories as text, the whole one or the first part."""
    rows = _ask(
        "SELECT DISTINCT ON (memory_id) memory_id, embedding::text FROM memory_vector"
        " WHERE organization_id = %s AND space_id = %s AND memory_id = ANY (%s)"
        " ORDER BY memory_id, part",
        [current_organization_id(), place.id, list(memory_ids)],
    )
    return dict(rows)


def _statement(place: Place) -> str:
    """Return the statement over the shelves as they are known; it tells how they are now."""
    cast = f"embedding::halfvec({int(place.dimension)})"
    near = f"{cast} <#> %s::halfvec({int(place.dimension)})"
    arms = [
        f"(SELECT memory_id, part, {near} AS d, NULL::integer[]"  # noqa: S608 - whole numbers
        " FROM memory_vector"
        f" WHERE organization_id = %s AND shelf = {int(shelf)} ORDER BY {near} LIMIT %s)"
        for shelf in place.shelves
    ]
    arms.append(
        "(SELECT memory_id, part, embedding <#> %s::halfvec AS d, NULL::integer[]"
        " FROM memory_vector WHERE organization_id = %s AND shelf = 0 AND space_id = %s"
        " ORDER BY d LIMIT %s)"
    )
    arms.append(
        "(SELECT NULL, NULL, NULL, shelves FROM memory_space"
        " WHERE organization_id = %s AND id = %s)"
    )
    return " UNION ALL ".join(arms)


def _values(place: Place, vector: bytes, limit: int) -> list[Any]:
    own, half = current_organization_id(), Half(vector)
    sealed = [half, own, half, limit] * len(place.shelves)
    return [*sealed, half, own, place.id, limit, own, place.id]


def _ask(statement: str, values: Sequence[Any], *, effort: int = EFFORT) -> list[tuple[Any, ...]]:
    """Run one reading statement in the fence, the question in binary.

    Outside a transaction the fence and the statement go in one round trip, as one transaction.
    """
    if connection.in_atomic_block:
        with fenced():
            return _piped(connection.connection, statement, values, effort)
    with connection.wrap_database_errors, borrowed() as server:
        return _piped(server, statement, values, effort)


def _piped(
    server: Any, statement: str, values: Sequence[Any], effort: int
) -> list[tuple[Any, ...]]:
    now = context.current()
    user_id = now.principal.user_id if now.principal else None
    told = [str(current_organization_id()), str(user_id or ""), str(min(effort, 1000))]
    with psycopg.Cursor(server) as first, psycopg.Cursor(server, row_factory=_plain) as second:
        with server.pipeline():
            first.execute(SET_UP, told, prepare=True)
            second.execute(statement, values, prepare=True)
        return list(second.fetchall())


def _plain(cursor: Any) -> Any:
    return psycopg.rows.tuple_row(cursor)


def _sorted(rows: Sequence[tuple[Any, ...]], limit: int) -> list[Near]:
    """Return what was found by all, in one order: equally near ones by their ids."""
    found = [Near(row[0], row[1], -row[2]) for row in rows if row[0] is not None]
    return sorted(found, key=lambda each: (-each.likeness, each.memory_id, each.part))[:limit]
