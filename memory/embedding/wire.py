"""Vectors as the database takes them: half precision, in the binary form of `halfvec`."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import psycopg
from psycopg import pq
from psycopg.adapt import Buffer, Dumper

if TYPE_CHECKING:
    import numpy

HEAD: Final = 4
MOST_DIMENSIONS: Final = 4000


class Half(bytes):
    """A vector for a statement: `%s::halfvec`, sent in binary."""

    __slots__ = ()


class HalfDumper(Dumper):
    """Sends a `Half` as it is; the server is told by the cast what it is."""

    format = pq.Format.BINARY
    oid = 0

    def dump(self, obj: Any) -> Buffer:
        return bytes(obj)


# Models import this, so connections, which copy what is registered, are opened later.
psycopg.adapters.register_dumper(Half, HalfDumper)


def pack(vectors: "numpy.ndarray[Any, Any] | Sequence[Sequence[float]]") -> list[bytes]:
    """Return each vector at length one, in the database's form; what has no length becomes 0."""
    import numpy as np  # noqa: PLC0415 - slow, seldom needed

    rows = np.atleast_2d(np.asarray(vectors, dtype=np.float32))
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        rows = np.nan_to_num(rows / lengths, nan=0.0, posinf=0.0, neginf=0.0)
    halves = rows.astype(">f2")
    head = int(rows.shape[1]).to_bytes(2, "big") + b"\0\0"
    return [head + row.tobytes() for row in halves]


def unpack(packed: Sequence[bytes]) -> "numpy.ndarray[Any, Any]":
    """Return packed vectors as an array of float32, one a row."""
    import numpy as np  # noqa: PLC0415 - slow, seldom needed

    width = (len(packed[0]) - HEAD) // 2 if packed else 0
    joined = b"".join(bytes(each)[HEAD:] for each in packed)
    return np.frombuffer(joined, dtype=">f2").astype(np.float32).reshape(len(packed), width)


def dimension_of(packed: bytes) -> int:
    return int.from_bytes(packed[:2], "big")
