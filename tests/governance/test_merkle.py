"""The tree of RFC 6962: its published roots, and proofs that hold only as they are."""

import hashlib
from collections.abc import Iterator

import pytest

from governance import merkle

# The eight test leaves of the RFC's reference implementation, and the root over the first n.
LEAVES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657"]
LEAVES += ["606162636465666768696a6b6c6d6e6f"]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
SIZES = [*range(1, 18), 31, 32, 33]


def leaves(size: int) -> list[bytes]:
    return [merkle.leaf(n.to_bytes(4, "big")) for n in range(size)]


def flipped(value: bytes) -> Iterator[bytes]:
    """Yield the value with one bit changed, at a few places."""
    for place in (0, len(value) // 2, len(value) - 1):
        yield value[:place] + bytes([value[place] ^ 1]) + value[place + 1 :]


@pytest.mark.parametrize("size", range(1, 9))
def test_published_roots(size: int) -> None:
    known = [merkle.leaf(bytes.fromhex(entry)) for entry in LEAVES[:size]]
    assert merkle.root(known).hex() == ROOTS[size - 1]


def test_the_root_over_nothing_is_the_hash_of_nothing() -> None:
    assert merkle.root([]) == hashlib.sha256(b"").digest()


def test_there_is_no_path_to_a_leaf_that_is_not_there() -> None:
    for index in (-1, 3):
        with pytest.raises(IndexError):
            merkle.path(index, leaves(3))
    for size in (0, 4):
        with pytest.raises(IndexError):
            merkle.consistency(size, leaves(3))


@pytest.mark.parametrize("size", SIZES)
def test_every_leaf_has_its_path(size: int) -> None:
    tree = leaves(size)
    top = merkle.root(tree)
    assert merkle.paths(tree) == [merkle.path(index, tree) for index in range(size)]
    for index, leaf in enumerate(tree):
        proof = merkle.path(index, tree)
        assert merkle.includes(top, size=size, index=index, leaf_hash=leaf, proof=proof)


@pytest.mark.parametrize("size", SIZES)
def test_a_changed_path_proves_nothing(size: int) -> None:
    tree = leaves(size)
    top = merkle.root(tree)
    for index, leaf in enumerate(tree):
        proof = merkle.path(index, tree)

        def holds(
            *,
            root: bytes = top,
            size: int = size,
            index: int = index,
            leaf: bytes = leaf,
            proof: list[bytes] = proof,
        ) -> bool:
            return merkle.includes(root, size=size, index=index, leaf_hash=leaf, proof=proof)

        assert holds()
        garbage = bytes(32)
        assert not any(holds(index=index + step) for step in (-1, 1))
        assert not holds(index=-1)
        assert not any(holds(size=other) for other in (0, index, *_other_shapes(size, index)))
        assert not any(holds(root=root) for root in flipped(top))
        assert not any(holds(leaf=other) for other in flipped(leaf))
        assert not holds(proof=[garbage, *proof])
        assert not holds(proof=[*proof, garbage])
        assert not holds(proof=[*proof, b""])
        assert not proof or not holds(proof=proof[1:])
        assert not proof or not holds(proof=proof[:-1])
        assert not proof or not holds(proof=[proof[0][:-1], *proof[1:]])
        for place, one in enumerate(proof):
            for other in flipped(one):
                assert not holds(proof=[*proof[:place], other, *proof[place + 1 :]])


def _other_shapes(size: int, index: int) -> Iterator[int]:
    """Yield sizes in which the leaf's path has another length; equal shapes say the same."""
    length = len(merkle.path(index, leaves(size)))
    for other in (size - 1, size + 1, size * 2, size * 2 + 1):
        if other > index and len(merkle.path(index, leaves(other))) != length:
            yield other


@pytest.mark.parametrize("size", SIZES)
def test_a_tree_proves_what_it_grew_from(size: int) -> None:
    tree = leaves(size)
    top = merkle.root(tree)
    for old in range(1, size + 1):
        before, proof = merkle.root(tree[:old]), merkle.consistency(old, tree)

        def holds(
            *,
            before: bytes = before,
            after: bytes = top,
            old: int = old,
            proof: list[bytes] = proof,
        ) -> bool:
            return merkle.extends(before, after, old_size=old, new_size=size, proof=proof)

        assert holds()
        assert not any(holds(before=other) for other in flipped(before))
        assert not any(holds(after=other) for other in flipped(top))
        assert not holds(old=0)
        assert not holds(old=size + 1)
        assert not holds(proof=[*proof, bytes(32)])
        assert not holds(proof=[bytes(32), *proof])
        assert not proof or not holds(proof=proof[:-1])
        assert not proof or not holds(proof=proof[1:])
        for place, one in enumerate(proof):
            for other in flipped(one):
                assert not holds(proof=[*proof[:place], other, *proof[place + 1 :]])
