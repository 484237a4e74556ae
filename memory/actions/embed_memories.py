"""Embed memories that wait for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from accounts.fence import fenced
from accounts.permissions import require
from armproject.lib.crypto import Undecryptable
from memory import spending
from memory.indexing import Piece, mark_pieces, pieces_again, write_vectors
from memory.models import IndexState, Memory, Space, Vector


@dataclass(frozen=True, slots=True)
class _Read:
    """Memories as they were read, with the pieces of those that can be opened."""

    versions: dict[UUID, int]
    pieces: list[Piece]


def embed_memories(space: Space, memory_ids: Sequence[UUID]) -> int:
    """Give memories their vectors in a space; return how many have them now.

    They are read in one transaction, embedded in none and kept in another; what was changed or
    erased meanwhile is left alone. Raises EmbeddingFailed.
    """
    require("memories.write")
    with fenced():
        read = _read(memory_ids)
    vectors = spending.embed(space, [piece.text for piece in read.pieces])
    with fenced():
        return _write(space, read, vectors)


def _read(memory_ids: Sequence[UUID]) -> _Read:
    versions: dict[UUID, int] = {}
    pieces: list[Piece] = []
    for memory in Memory.objects.filter(pk__in=memory_ids).order_by("pk"):
        versions[memory.pk] = memory.version
        try:
            pieces += [] if memory.is_locked else pieces_again(memory)
        except Undecryptable:
            continue
    mark_pieces(pieces)
    return _Read(versions, pieces)


def _write(space: Space, read: _Read, vectors: Sequence[bytes]) -> int:
    # Locked, so that whatever is being erased right now is gone before it is looked at.
    rows = Memory.objects.filter(pk__in=read.versions).order_by("pk")
    locked = rows.select_for_update(of=("self",)).values_list("pk", "version")
    same = {pk for pk, version in locked if read.versions[pk] == version}
    own = Vector.objects.filter(space_id=space.pk, memory_id__in=same)
    same -= set(own.values_list("memory_id", flat=True))
    kept = [
        (piece, vector)
        for piece, vector in zip(read.pieces, vectors, strict=True)
        if piece.memory_id in same
    ]
    write_vectors(space, [piece for piece, _ in kept], [vector for _, vector in kept])
    waiting = Memory.objects.filter(pk__in=read.versions)
    waiting.exclude(index_state=IndexState.READY).update(index_state=IndexState.READY)
    return len(read.versions)
