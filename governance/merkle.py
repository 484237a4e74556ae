"""Merkle trees as RFC 6962 draws them: one hash over many entries, and short proofs about it.

Hashes are 32 bytes (SHA-256). Leaves are hashed with a leading 0x00 and nodes with 0x01, so that
neither can pass for the other.
"""

import hashlib
from collections.abc import Iterator, Sequence

HASH_BYTES = 32
EMPTY = hashlib.sha256(b"").digest()


def leaf(entry: bytes) -> bytes:
    """Return the hash under which an entry stands in the tree."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node(left: bytes, right: bytes) -> bytes:
    """Return the hash over two neighbours."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root(leaves: Sequence[bytes]) -> bytes:
    """Return the hash over all leaves in their order."""
    if not leaves:
        return EMPTY
    level = list(leaves)
    while len(level) > 1:
        level = _above(level)
    return level[0]


def path(index: int, leaves: Sequence[bytes]) -> list[bytes]:
    """Return the hashes that, from the bottom up, lead from one leaf to the root."""
    if not 0 <= index < len(leaves):
        raise IndexError("There is no such leaf.")
    return list(_path(index, leaves))


def paths(leaves: Sequence[bytes]) -> list[list[bytes]]:
    """Return the path of every leaf, at the cost of building the tree once."""
    found: list[list[bytes]] = [[] for _ in leaves]
    level, places = list(leaves), list(range(len(leaves)))
    while len(level) > 1:
        for leaf_index, place in enumerate(places):
            if (place ^ 1) < len(level):
                found[leaf_index].append(level[place ^ 1])
        level, places = _above(level), [place >> 1 for place in places]
    return found


def includes(
    root_hash: bytes, *, size: int, index: int, leaf_hash: bytes, proof: Sequence[bytes]
) -> bool:
    """Tell whether a tree of `size` leaves under this root holds the leaf at this index."""
    if not 0 <= index < size or not _are_hashes([root_hash, leaf_hash, *proof]):
        return False
    place, last, value, rest = index, size - 1, leaf_hash, iter(proof)
    while last:
        if place & 1:
            sibling = next(rest, None)
            value = node(sibling, value) if sibling is not None else b""
        elif place < last:
            sibling = next(rest, None)
            value = node(value, sibling) if sibling is not None else b""
        if not value:
            return False
        place, last = place >> 1, last >> 1
    return next(rest, None) is None and value == root_hash


def consistency(old_size: int, leaves: Sequence[bytes]) -> list[bytes]:
    """Return the proof that the tree of the first `old_size` leaves grew into this one."""
    if not 0 < old_size <= len(leaves):
        raise IndexError("The old tree is not a part of the new one.")
    return list(_consistency(old_size, leaves, whole=True))


def extends(
    old_root: bytes, new_root: bytes, *, old_size: int, new_size: int, proof: Sequence[bytes]
) -> bool:
    """Tell whether the new tree holds all leaves of the old one, first and in the same order."""
    if not 0 < old_size <= new_size or not _are_hashes([old_root, new_root, *proof]):
        return False
    if old_size == new_size:
        return old_root == new_root and not proof
    rest = list(proof)
    # A complete old tree is itself the first node, so the proof leaves it out.
    if old_size & (old_size - 1) == 0:
        rest.insert(0, old_root)
    if not rest:
        return False
    place, last = old_size - 1, new_size - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    return _climb(rest, place, last) == (old_root, new_root)


def _climb(proof: Sequence[bytes], place: int, last: int) -> tuple[bytes, bytes] | None:
    """Return the roots of the old and the new tree that a consistency proof leads to."""
    old = new = proof[0]
    for sibling in proof[1:]:
        if last == 0:
            return None
        if place & 1 or place == last:
            old, new = node(sibling, old), node(sibling, new)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            new = node(new, sibling)
        place, last = place >> 1, last >> 1
    return (old, new) if last == 0 else None


def _above(level: list[bytes]) -> list[bytes]:
    """Return the level of nodes above; one without a neighbour moves up as it is."""
    pairs = [node(level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)]
    return [*pairs, level[-1]] if len(level) & 1 else pairs


def _path(index: int, leaves: Sequence[bytes]) -> Iterator[bytes]:
    level = list(leaves)
    while len(level) > 1:
        if (index ^ 1) < len(level):
            yield level[index ^ 1]
        level, index = _above(level), index >> 1


def _consistency(old_size: int, leaves: Sequence[bytes], *, whole: bool) -> Iterator[bytes]:
    if old_size == len(leaves):
        if not whole:
            yield root(leaves)
        return
    split = 1 << (len(leaves) - 1).bit_length() - 1
    if old_size <= split:
        yield from _consistency(old_size, leaves[:split], whole=whole)
        yield root(leaves[split:])
    else:
        yield from _consistency(old_size - split, leaves[split:], whole=False)
        yield root(leaves[:split])


def _are_hashes(values: Sequence[bytes]) -> bool:
    return all(len(value) == HASH_BYTES for value in values)
