"""Keep what was read at a door, whatever is wrong with a part of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import structlog
from django.db import DataError, Error, IntegrityError

from accounts.fence import fenced
from armproject.lib.errors import DomainError
from armproject.lib.sqlstate import database_fault
from telemetry.actions.receive_records import Received
from telemetry.actions.receive_together import Reading, receive_together
from telemetry.actions.refuse_items import refuse_items
from telemetry.counting import count_items
from telemetry.putaside import is_large, of_records, parcels
from telemetry.records import Rejected, SpanRecord
from telemetry.storable import flaw

log = structlog.get_logger(__name__)

# The database has limits of its own, such as how long an indexed value may be.
TOO_MUCH = "54"
# A batch in which hardly anything is sound is not tried for ever.
MOST_TRIES = 400
UNDECIDED = "Too many of its batch could not be stored to try each; replay it to keep what can be."


def receive_safely(
    door: str, records: Sequence[SpanRecord], rejected: Sequence[Rejected]
) -> Received:
    """Keep records; where one of them cannot be stored, keep the others and put that one aside.

    What there was no time to try waits whole in quarantine, where a replay tries on. Failures that
    are not of the data (no database, a full disk) are raised: the sender tries again.
    """
    try:
        return receive_together(door, [Reading(records, rejected)])[0]
    except Exception as error:
        if not records or not is_of_the_data(error):
            raise
        log.warning("batch_split", door=door, error=_name(error), items=len(records))
    split = _Split(door)
    split.keep(_placed(records, rejected))
    refused = [*rejected, *split.refused]
    with fenced():
        refuse_items(door, [*split.undecided, *refused])
        count_items(door, kept=0, known=0, refused=len(refused) + len(split.undecided))
    told = sorted([*refused, *split.undecided, *split.late], key=lambda each: each.index)
    return Received(split.kept, split.known, told, ())


@dataclass(frozen=True, slots=True)
class _Placed:
    """A record, and where it stood in its request."""

    index: int
    record: SpanRecord

    def refused(self, reason: str, body: bytes = b"") -> Rejected:
        return Rejected(self.index, reason, self.record.span_id, body)


@dataclass(slots=True)
class _Split:
    """Halves a batch until what cannot be stored stands alone."""

    door: str
    tries: int = 0
    kept: int = 0
    known: int = 0
    refused: list[Rejected] = field(default_factory=list)
    undecided: list[Rejected] = field(default_factory=list)
    # Of days that are no longer kept: these are counted where they are found.
    late: list[Rejected] = field(default_factory=list)

    def keep(self, batch: Sequence[_Placed]) -> None:
        # Most of what no database takes is seen without one.
        flaws = [(each, flaw(each.record)) for each in batch]
        self.refused += [_poison(each, found) for each, found in flaws if found]
        sound = [each for each, found in flaws if not found]
        # The large come first, because the quarantine has no room for them.
        large = [[each] for each in sound if is_large(each.record)]
        waiting = [[each for each in sound if not is_large(each.record)], *large]
        left: list[_Placed] = []
        while waiting:
            part = waiting.pop()
            if self.tries >= MOST_TRIES:
                left += part
                continue
            error = self._try(part) if part else None
            if error is not None and len(part) == 1:
                self.refused.append(_poison(part[0], _name(error)))
            elif error is not None:
                middle = len(part) // 2
                waiting += [part[middle:], part[:middle]]
        self.undecided += _aside(left)

    def _try(self, part: Sequence[_Placed]) -> Exception | None:
        self.tries += 1
        try:
            told = receive_together(self.door, [Reading([each.record for each in part], ())])[0]
        except Exception as error:
            if not is_of_the_data(error):
                raise
            return error
        self.kept += told.kept
        self.known += told.known
        self.late += [part[each.index].refused(each.reason) for each in told.rejected]
        return None


def is_of_the_data(error: Exception) -> bool:
    """Tell whether sending the same again would fail again, and other items would not."""
    if isinstance(error, DataError | IntegrityError):
        return True
    if isinstance(error, Error):
        fault = database_fault(error)
        return fault is not None and fault.sqlstate.startswith(TOO_MUCH)
    return not isinstance(error, DomainError | OSError | MemoryError)


def _placed(records: Sequence[SpanRecord], rejected: Sequence[Rejected]) -> list[_Placed]:
    """Return the records with their places among all that was sent."""
    refused = {each.index for each in rejected}
    places = [n for n in range(len(records) + len(refused)) if n not in refused]
    return [_Placed(*each) for each in zip(places, records, strict=False)]


def _poison(each: _Placed, problem: str) -> Rejected:
    reason = f"It could not be stored ({problem}); it is kept aside."
    return each.refused(reason, of_records([each.record]))


def _aside(left: Sequence[_Placed]) -> Iterator[Rejected]:
    """Refuse what was not tried; of those that share a parcel, the first brings it."""
    at = 0
    for parcel, number in parcels([each.record for each in left]):
        for n, each in enumerate(left[at : at + number]):
            yield each.refused(UNDECIDED, b"" if n else parcel)
        at += number


def _name(error: Exception) -> str:
    fault = database_fault(error)
    return fault.sqlstate if fault and fault.sqlstate else type(error).__name__
