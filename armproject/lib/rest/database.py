"""What a database error means for the caller. Its text holds data, so only its code is used."""

import structlog
from django.db import DataError, InterfaceError, OperationalError
from django.db.models import ProtectedError, RestrictedError

from armproject.lib.rest.body import INVALID, Failure
from armproject.lib.sqlstate import DatabaseFault, database_fault

log = structlog.get_logger(__name__)

UNSTORABLE = Failure(400, INVALID, "A value is too large, too deep or of a form we cannot store.")
BREAKS_A_RULE = Failure(400, INVALID, "A value breaks a rule of the data it belongs to.")
TAKEN = Failure.of(409, "Something with these values exists already.")
IN_USE = Failure.of(409, "Something else still depends on this, or what this names is gone.")
CROSSED = Failure(
    409, "CONFLICT", "Somebody else changed this at the same moment. Try again.", {"retry": True}
)
AWAY = Failure(
    503,
    "UNAVAILABLE",
    "The database does not answer in time. Try again in a moment.",
    headers={"Retry-After": "5"},
)
FULL = Failure(
    503,
    "UNAVAILABLE",
    "The database's disk is full, so nothing can be kept until there is room. Try again later.",
    headers={"Retry-After": "30"},
)

_BY_CODE = {
    "22001": UNSTORABLE,  # string too long
    "22003": UNSTORABLE,  # number out of range
    "22007": UNSTORABLE,  # no such date
    "22008": UNSTORABLE,  # date out of range
    "22021": UNSTORABLE,  # not a character of the encoding
    "22P02": UNSTORABLE,  # no such literal
    "22P05": UNSTORABLE,  # a character jsonb cannot hold
    "54000": UNSTORABLE,  # too large for an index
    "54001": UNSTORABLE,  # too deep
    "23502": BREAKS_A_RULE,  # not null
    "23514": BREAKS_A_RULE,  # check
    "23505": TAKEN,  # unique
    "23P01": TAKEN,  # exclusion
    "23503": IN_USE,  # foreign key
    "23001": IN_USE,  # restrict
    "40001": CROSSED,  # serialization
    "40P01": CROSSED,  # deadlock
    "55P03": CROSSED,  # lock not available
    "57014": AWAY,  # statement timeout
    "53100": FULL,  # disk full
}
# Classes of errors that pass: connections, resources, operators at work, the system below.
_NOT_NOW = {"08", "53", "57", "58"}


def answer_to_database_error(error: Exception) -> Failure | None:
    """Return the answer to an error of the database, or None where it can only be our defect."""
    if isinstance(error, ProtectedError | RestrictedError):
        return IN_USE
    fault = database_fault(error)
    if fault is None:
        return None
    answer = _BY_CODE.get(fault.sqlstate) or _without_code(error, fault)
    if answer is not None:
        log.warning(
            "database_refused",
            sqlstate=fault.sqlstate,
            constraint=fault.constraint,
            table=fault.table,
            status=answer.status,
        )
    return answer


def _without_code(error: Exception, fault: DatabaseFault) -> Failure | None:
    """Judge what the driver found by itself, and connections that broke."""
    if not fault.sqlstate and isinstance(error, DataError):
        return UNSTORABLE
    lost = fault.sqlstate[:2] in _NOT_NOW or not fault.sqlstate
    if isinstance(error, OperationalError | InterfaceError) and lost:
        return AWAY
    return BREAKS_A_RULE if fault.sqlstate.startswith("23") else None
