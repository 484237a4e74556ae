"""Measure how complete the index of one's own is."""

from typing import Any

import psycopg
from django.db import connection, transaction
from django.utils import timezone

from accounts.fence import current_organization_id
from accounts.permissions import require
from armproject.lib.audit import record
from memory.models import Memory, Space, Vector
from memory.vectors import Place, nearest, nearest_exactly

QUESTIONS = 50
NEAREST = 10
# Half precision: what is nearer by less than this is as near.
AS_NEAR = 1e-4


@transaction.atomic
def measure_recall(space: Space, *, questions: int = QUESTIONS) -> float | None:
    """Ask the index for the ten nearest of a sample and compare with looking at everything.

    Keeps which part it found, 0 to 1, at the space, and returns it; None without vectors. Vectors
    whose memory is gone are taken away first.
    """
    require("memories.manage")
    _sweep()
    place = Place.of(space)
    sample = _sample(space, questions)
    if not sample:
        return None
    found = sum(_share(place, vector) for vector in sample) / len(sample)
    rows = Space.objects.filter(pk=space.pk)
    rows.update(recall=found, sampled=len(sample), measured_at=timezone.now())
    record("memories.measure_recall", details={"recall": round(found, 4), "sample": len(sample)})
    return found


def _share(place: Place, vector: bytes) -> float:
    best = nearest_exactly(place, vector, NEAREST)
    found = nearest(place, vector, NEAREST)
    least = best[-1].likeness - AS_NEAR
    return sum(near.likeness >= least for near in found) / len(best)


def _sample(space: Space, number: int) -> list[bytes]:
    """Return some of the space's own vectors; marks are as good as drawn by lot."""
    cursor: Any = psycopg.Cursor(connection.connection)
    cursor.execute(
        "SELECT embedding FROM memory_vector WHERE organization_id = %s AND space_id = %s"
        " ORDER BY mark, id LIMIT %s",
        [current_organization_id(), space.pk, number],
        binary=True,
    )
    return [bytes(vector) for (vector,) in cursor.fetchall()]


def _sweep() -> None:
    """Take away vectors whose memory is gone."""
    kept = Memory.objects.order_by().values("pk")
    Vector.objects.exclude(memory_id__in=kept)._raw_delete("default")
