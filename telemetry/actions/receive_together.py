"""Keep what came in several requests as one."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from django.db import DatabaseError

from accounts.fence import fenced
from armproject.lib.sqlstate import database_fault
from telemetry.actions.receive_records import Received, receive_records
from telemetry.records import Rejected, SpanRecord

TRIES = 4
# A unique key that another one was writing, a failed serialization, a deadlock.
CROSSED = frozenset({"23505", "40001", "40P01"})


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read of one request: what can be kept, and what cannot."""

    records: Sequence[SpanRecord]
    rejected: Sequence[Rejected]


def receive_together(door: str, readings: Sequence[Reading]) -> list[Received]:
    """Keep the records of several requests of one organization in a transaction of their own.

    Returns what became of each request, as if it had come alone. Of two that tell of the same new
    run at the same moment one has to begin again: it then finds the run there.
    """
    for _ in range(TRIES - 1):
        try:
            return _kept(door, readings)
        except DatabaseError as error:
            fault = database_fault(error)
            if fault is None or fault.sqlstate not in CROSSED:
                raise
    return _kept(door, readings)


def _kept(door: str, readings: Sequence[Reading]) -> list[Received]:
    records = [record for each in readings for record in each.records]
    rejected = [one for each in readings for one in each.rejected]
    with fenced():
        whole = receive_records(door, records, rejected)
    late = whole.rejected[len(rejected) :]
    ends = accumulate(len(each.records) for each in readings)
    return [
        _part(each, whole, late, end - len(each.records), end)
        for each, end in zip(readings, ends, strict=True)
    ]


def _part(
    reading: Reading, whole: Received, late: Sequence[Rejected], begin: int, end: int
) -> Received:
    """Return what became of the request whose records stand from `begin` to `end` in the whole."""
    own = [each for each in late if begin <= each.index < end]
    if own:
        known = {each.index for each in reading.rejected}
        places = [n for n in range(end - begin + len(known)) if n not in known]
        own = [Rejected(places[each.index - begin], each.reason, each.span_id) for each in own]
    fates = whole.fates[begin:end]
    kept = fates.count(True)
    return Received(kept, fates.count(False), [*reading.rejected, *own], fates)
