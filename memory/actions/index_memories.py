"""Make memories findable: by their words at once, by what they mean as soon as it is known."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from uuid import UUID

from django.db import transaction

from accounts.permissions import require
from jobs.actions.enqueue import enqueue
from memory.embedding.chunking import count_tokens
from memory.embedding.wire import pack
from memory.indexing import (
    Piece,
    current_spaces,
    drop_index,
    is_local,
    mark_pieces,
    pieces_of,
    write_vectors,
    write_words,
)
from memory.models import Chunk, IndexState, Memory, Space

EMBED = "memory.embed"


@transaction.atomic
def index_memories(
    rows: Sequence[Memory],
    contents: Sequence[str],
    *,
    again: bool = False,
    vectors: Mapping[UUID, Sequence[float]] | None = None,
) -> None:
    """Index memories and what each says, in the transaction that writes them; the caller saves.

    Sets `tokens` and `index_state` of the rows. With the model on this machine all is there at
    the commit; what an endpoint embeds waits for a job, its words do not. `again` is for rows
    that were indexed before. Of locked memories nothing counts but label, key and metadata, and
    the vector that `vectors` brings for them.
    """
    require("memories.write")
    if again:
        drop_index([row.pk for row in rows])
        Chunk.objects.filter(memory__in=rows).delete()
    told = ["" if row.is_locked else text for row, text in zip(rows, contents, strict=True)]
    for row, text, tokens in zip(rows, told, count_tokens(told), strict=True):
        row.tokens = tokens if text else row.tokens
    write_words(list(zip(rows, told, strict=True)))
    _embed(list(zip(rows, told, strict=True)), vectors or {})


def _embed(told: Sequence[tuple[Memory, str]], given: Mapping[UUID, Sequence[float]]) -> None:
    spaces = current_spaces()
    pieces: dict[UUID, list[Piece]] = defaultdict(list)
    known: dict[UUID, Space] = {}
    for row, text in told:
        row.index_state = IndexState.READY
        own = pieces_of(row, text) if text else []
        for space in spaces.of(row):
            known[space.pk] = space
            if row.pk in given:
                _keep_given(space, row, given[row.pk])
            elif own:
                pieces[space.pk] += own
                if not is_local(space):
                    row.index_state = IndexState.PENDING
    for space_id, waiting in pieces.items():
        _write(known[space_id], waiting)


def _write(space: Space, pieces: Sequence[Piece]) -> None:
    """Embed here and now, or ask for it."""
    if not is_local(space):
        enqueue(EMBED, {"space": str(space.pk)}, dedupe_key=str(space.pk), lane="vendor:embeddings")
        return
    mark_pieces(pieces)
    found = space.embedder().embed([piece.text for piece in pieces])
    write_vectors(space, pieces, found.vectors)


def _keep_given(space: Space, row: Memory, vector: Sequence[float]) -> None:
    """Keep a vector the client made itself, where it is as wide as the space."""
    if len(vector) != space.dimension:
        return
    piece = Piece(row.pk, 0, "", b"")
    write_vectors(space, [piece], pack([list(vector)]))
