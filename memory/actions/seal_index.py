"""Build an organization's own index over its vectors."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import connection, transaction
from django.utils import timezone

from accounts.fence import current_organization_id
from accounts.permissions import require
from armproject.lib.audit import record
from memory.models import Space, SpaceState
from memory.vectors import FEW

# A shelf is built again with what is newer while it is at most so many times as large, so that
# each vector is built into an index a few times in its life, and few shelves stand side by side.
GROWTH = 3


@dataclass(frozen=True, slots=True)
class Sealed:
    """A shelf that was built, and how many vectors stand in it."""

    shelf: int
    vectors: int


@transaction.atomic
def seal_index(space: Space, *, at_least: int = FEW) -> Sealed | None:
    """Move what is newer into a shelf with an index, if there is enough; searches go on meanwhile.

    `at_least` is how many vectors are worth an index. Returns None where nothing was to do.
    """
    require("memories.manage")
    space = Space.objects.select_for_update(of=("self",)).get(pk=space.pk)
    sizes = _sizes(space)
    newer = sizes.pop(0, 0)
    if newer < at_least or space.state == SpaceState.RETIRED:
        return None
    merged = _merged(sizes, newer)
    with connection.cursor() as cursor:
        cursor.execute("SELECT arm_seal_vectors(%s, %s::integer[])", [space.pk, merged])
        (shelf,) = cursor.fetchone()
    space.shelves = [*(each for each in space.shelves if each not in merged), shelf]
    space.emptied = [*space.emptied, *merged]
    sizes = _sizes(space)
    space.sealed = sum(sizes.get(each, 0) for each in space.shelves)
    space.sealed_at = timezone.now()
    space.save(update_fields=["shelves", "emptied", "sealed", "sealed_at"])
    built = Sealed(shelf, sizes.get(shelf, 0))
    record("memories.seal_index", details={"vectors": built.vectors, "merged": len(merged)})
    return built


def _sizes(space: Space) -> dict[int, int]:
    """Return how many vectors of the space stand in each shelf."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT shelf, count(*) FROM memory_vector WHERE organization_id = %s"
            " AND space_id = %s AND shelf = ANY (%s) GROUP BY shelf",
            [current_organization_id(), space.pk, [0, *space.shelves]],
        )
        return dict(cursor.fetchall())


def _merged(sizes: Mapping[int, int], newer: int) -> list[int]:
    """Return the shelves that are built again with what is newer: the small ones."""
    total, merged = newer, []
    for shelf, size in sorted(sizes.items(), key=lambda each: (each[1], each[0])):
        if size > GROWTH * total:
            break
        total += size
        merged.append(shelf)
    return merged
