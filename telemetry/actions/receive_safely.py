"""Keep what was read at a door, whatever is wrong with a part of it."""

from collections.abc import Sequence

import structlog
from django.db import DataError, Error, IntegrityError

from accounts.fence import fenced
from armproject.lib.errors import DomainError
from armproject.lib.sqlstate import database_fault
from telemetry.actions.receive_records import Received
from telemetry.actions.receive_together import Reading, receive_together
from telemetry.actions.refuse_items import refuse_items
from telemetry.putaside import of_record
from telemetry.records import Rejected, SpanRecord

log = structlog.get_logger(__name__)

# The database has limits of its own, such as how long an indexed value may be.
TOO_MUCH = "54"
# A batch in which nothing is sound is not tried for ever.
MOST_TRIES = 400


def receive_safely(
    door: str, records: Sequence[SpanRecord], rejected: Sequence[Rejected]
) -> Received:
    """Keep records; where one of them cannot be stored, keep the others and put that one aside.

    Failures that are not of the data (no database, a full disk) are raised: the sender tries again.
    """
    try:
        return receive_together(door, [Reading(records, rejected)])[0]
    except Exception as error:
        if not records or not is_of_the_data(error):
            raise
        log.warning("batch_split", door=door, error=_name(error), items=len(records))
    return _Split(door).keep(records, rejected)


class _Split:
    """Halves a batch until what cannot be stored stands alone."""

    def __init__(self, door: str) -> None:
        self.door = door
        self.tries = 0
        self.kept = 0
        self.known = 0
        self.refused: list[Rejected] = []

    def keep(self, records: Sequence[SpanRecord], rejected: Sequence[Rejected]) -> Received:
        waiting = [list(enumerate(records))]
        while waiting:
            part = waiting.pop()
            error = self._try(part)
            if error is None:
                continue
            if len(part) == 1 or self.tries >= MOST_TRIES:
                self.refused += [_refusal(place, record, error) for place, record in part]
                continue
            middle = len(part) // 2
            waiting += [part[middle:], part[:middle]]
        with fenced():
            refuse_items(self.door, [*rejected, *(each for each in self.refused if each.body)])
        return Received(self.kept, self.known, [*rejected, *self.refused], ())

    def _try(self, part: Sequence[tuple[int, SpanRecord]]) -> Exception | None:
        self.tries += 1
        try:
            told = receive_together(self.door, [Reading([record for _, record in part], ())])[0]
        except Exception as error:
            if not is_of_the_data(error):
                raise
            return error
        self.kept += told.kept
        self.known += told.known
        self.refused += [
            Rejected(part[each.index][0], each.reason, each.span_id) for each in told.rejected
        ]
        return None


def is_of_the_data(error: Exception) -> bool:
    """Tell whether sending the same again would fail again, and other items would not."""
    if isinstance(error, DataError | IntegrityError):
        return True
    if isinstance(error, Error):
        fault = database_fault(error)
        return fault is not None and fault.sqlstate.startswith(TOO_MUCH)
    return not isinstance(error, DomainError | OSError | MemoryError)


def _refusal(place: int, record: SpanRecord, error: Exception) -> Rejected:
    reason = f"It could not be stored ({_name(error)}); it is kept aside."
    return Rejected(place, reason, record.span_id, of_record(record))


def _name(error: Exception) -> str:
    fault = database_fault(error)
    return fault.sqlstate if fault and fault.sqlstate else type(error).__name__
