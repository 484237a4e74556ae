"""What memories are found by, written and taken away with them: vectors, parts, words.

Nothing here asks who may; actions do.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import islice
from typing import Any, Final
from uuid import UUID

import psycopg
from django.db import connection
from django.utils import timezone

from accounts.fence import current_organization_id, fenced
from accounts.sealing import marks, seal_rows
from armproject.lib.ids import uuid7
from memory import words
from memory.embedding.chunking import LONGEST_WHOLE, Part, count_tokens, parts_of
from memory.embedding.wire import Half
from memory.keywords import word_marks
from memory.models import (
    CachedVector,
    Chunk,
    Memory,
    OwnerType,
    Provider,
    Space,
    SpaceState,
    Term,
    Vector,
)
from memory.models.chunk import COLUMN, TABLE

MARK_BYTES: Final = 16
ROWS_AT_ONCE: Final = 200
MOST_COUNTED: Final = 32_000
CACHED_FOR: Final = timedelta(days=30)
INSERT: Final = (
    "INSERT INTO {table} (id, organization_id, {more}space_id, mark, embedding) VALUES {rows}"
)


@dataclass(slots=True)
class Piece:
    """A text to be embedded: a whole memory (part 0) or a part of it, and whose it is."""

    memory_id: UUID
    part: int
    text: str
    mark: bytes = b""


@dataclass(slots=True)
class Indexed:
    """How much of what was taken away."""

    vectors: int = 0
    words: int = 0
    cached: int = 0
    chunks: int = 0


@dataclass(frozen=True, slots=True)
class Spaces:
    """The spaces in which new memories get vectors: the organization's, and those of apps."""

    rows: tuple[Space, ...] = field(default_factory=tuple)

    def of(self, memory: Memory) -> list[Space]:
        """Return the spaces a memory stands in: those of its app, or those for all."""
        app = memory.owner_id if memory.owner_type == OwnerType.APP else ""
        own = [space for space in self.rows if space.app == app]
        is_served = any(space.state == SpaceState.SERVING for space in own)
        return own if is_served else own + [space for space in self.rows if not space.app]


def current_spaces() -> Spaces:
    """Return the spaces in use and being filled; an organization without any gets the local one."""
    rows = tuple(Space.objects.current().select_related("organization"))
    if any(not space.app and space.state == SpaceState.SERVING for space in rows):
        return Spaces(rows)
    Space.objects.bulk_create([Space()], ignore_conflicts=True)
    return Spaces(tuple(Space.objects.current().select_related("organization")))


def pieces_of(memory: Memory, content: str) -> list[Piece]:
    """Return what of a memory is embedded; long ones are cut, and their `tokens` are noted."""
    if len(content) > LONGEST_WHOLE:
        (memory.tokens,) = count_tokens([content])
    if memory.tokens <= LONGEST_WHOLE:
        return [Piece(memory.pk, 0, _titled(memory, content))]
    parts = _chunks(memory, content)
    return [
        Piece(memory.pk, number, _titled(memory, part.text)) for number, part in enumerate(parts, 1)
    ]


def pieces_again(memory: Memory) -> list[Piece]:
    """Return what of a memory that is kept already is embedded; raises Undecryptable."""
    chunks = list(Chunk.objects.filter(memory=memory).order_by("index"))
    if not chunks:
        return [Piece(memory.pk, 0, _titled(memory, memory.content))]
    return [Piece(memory.pk, chunk.index + 1, _titled(memory, chunk.content)) for chunk in chunks]


def mark_pieces(pieces: Sequence[Piece]) -> None:
    """Give each piece the keyed mark of its text."""
    for piece, mark in zip(pieces, marks(each.text.encode() for each in pieces), strict=True):
        piece.mark = mark[:MARK_BYTES]


def write_vectors(space: Space, pieces: Sequence[Piece], vectors: Sequence[bytes]) -> None:
    """Keep the vectors of some pieces in a space; they are found from the commit on."""
    own = current_organization_id()
    values = [
        (uuid7(), own, 0, piece.memory_id, piece.part, space.pk, piece.mark, Half(vector))
        for piece, vector in zip(pieces, vectors, strict=True)
    ]
    _insert("memory_vector", "shelf, memory_id, part, ", values)


def write_cached(space: Space, found: Mapping[bytes, bytes]) -> None:
    """Keep what an endpoint answered, by the marks of the texts."""
    own = current_organization_id()
    values = [(uuid7(), own, space.pk, mark, Half(vector)) for mark, vector in found.items()]
    _insert("memory_cachedvector", "", values, " ON CONFLICT DO NOTHING")


def cached(space: Space, wanted: Iterable[bytes]) -> dict[bytes, bytes]:
    """Return the vectors of texts the endpoint was asked before, by their marks."""
    with fenced():
        cursor = psycopg.Cursor(connection.connection)
        cursor.execute(
            "SELECT mark, embedding FROM memory_cachedvector"
            " WHERE organization_id = %s AND space_id = %s AND mark = ANY (%s)",
            [current_organization_id(), space.pk, list(wanted)],
            binary=True,
        )
        return {bytes(mark): bytes(vector) for mark, vector in cursor.fetchall()}


def write_words(memories: Sequence[tuple[Memory, str]]) -> None:
    """Keep the words of memories, their labels, keys and metadata counting with what they say."""
    counted = [(memory.pk, words.counted(_worded(memory, text))) for memory, text in memories]
    stems = sorted({stem for _, found in counted for stem in found})
    mark_of = dict(zip(stems, word_marks(stems), strict=True))
    rows = [
        (mark_of[stem], memory_id, min(number, MOST_COUNTED), found.total())
        for memory_id, found in counted
        for stem, number in found.items()
    ]
    if not rows:
        return
    columns = [list(column) for column in zip(*rows, strict=True)]
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO memory_term (organization_id, mark, memory_id, count, length)"
            " SELECT %s, * FROM unnest(%s::bigint[], %s::uuid[], %s::smallint[], %s::integer[])"
            " ON CONFLICT DO NOTHING",
            [current_organization_id(), *columns],
        )


def drop_index(memory_ids: Iterable[UUID], *, with_cache: bool = False) -> Indexed:
    """Take away whatever memories are found by, in the caller's transaction.

    Waits while shelves are swapped, so that nothing is swapped in that is being taken away.
    """
    ids = list(memory_ids)
    gone = Indexed()
    if not ids:
        return gone
    hold_shelves()
    vectors = Vector.objects.filter(memory_id__in=ids)
    if with_cache:
        held = [bytes(mark) for mark in vectors.values_list("mark", flat=True)]
        gone.cached = int(CachedVector.objects.filter(mark__in=held).delete()[0])
    gone.vectors = int(vectors._raw_delete("default"))
    gone.words = int(Term.objects.filter(memory_id__in=ids)._raw_delete("default"))
    return gone


def hold_shelves() -> None:
    """Keep the organization's shelves from being swapped until the transaction is over."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock_shared(hashtextextended('memory shelves ' || %s, 0))",
            [str(current_organization_id())],
        )


def forget_cached() -> int:
    """Take away what endpoints answered long ago."""
    old = CachedVector.objects.filter(created_at__lt=timezone.now() - CACHED_FOR)
    return int(old.delete()[0])


def is_local(space: Space) -> bool:
    return space.provider == Provider.LOCAL


def _titled(memory: Memory, text: str) -> str:
    return f"{memory.label}\n{text}" if memory.label else text


def _chunks(memory: Memory, content: str) -> list[Part]:
    """Cut a long memory and keep its parts."""
    parts = parts_of(content)
    rows = [
        Chunk(
            memory=memory, index=place, start=part.start, length=len(part.text), tokens=part.tokens
        )
        for place, part in enumerate(parts)
    ]
    told = {row.pk: part.text.encode() for row, part in zip(rows, parts, strict=True)}
    for row_id, sealed in seal_rows(told, table=TABLE, column=COLUMN).items():
        next(row for row in rows if row.pk == row_id).content_sealed = sealed
    Chunk.objects.filter(memory=memory).delete()
    Chunk.objects.bulk_create(rows)
    return parts


def _worded(memory: Memory, text: str) -> list[str]:
    """Return the texts whose words count; what it is called counts twice."""
    title = f"{memory.label} {memory.key}".strip()
    return [title, title, text, *islice(_strings(memory.metadata), 100)]


def _strings(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _strings(each)
    elif isinstance(value, list):
        for each in value:
            yield from _strings(each)


def _insert(table: str, more: str, values: Sequence[tuple[Any, ...]], end: str = "") -> None:
    """Insert rows whose last value is a vector, a few hundred a statement."""
    if not values:
        return
    row = "(" + ", ".join(["%s"] * (len(values[0]) - 1) + ["%s::halfvec"]) + ")"
    with fenced():
        for begin in range(0, len(values), ROWS_AT_ONCE):
            batch = values[begin : begin + ROWS_AT_ONCE]
            statement = INSERT.format(table=table, more=more, rows=", ".join([row] * len(batch)))
            flat = [value for each in batch for value in each]
            psycopg.Cursor(connection.connection).execute(statement + end, flat)
