"""Ask for readings of usage and bills."""

from django.db import transaction

from accounts.permissions import require
from armproject.lib import context
from armproject.lib.audit import record
from armproject.lib.context import PrincipalKind
from armproject.lib.errors import Conflict
from connectors.models import Connection
from costs.actions.read_connection import READINGS
from jobs.actions.enqueue import enqueue


@transaction.atomic
def request_readings(connection: Connection | None = None) -> int:
    """Queue the reading of a connection's usage and bill, or of every connection that has any.

    Returns how many readings wait or run now; what is queued already is not queued twice.
    """
    require("costs.sync")
    if connection is not None and not is_readable(connection):
        raise Conflict(
            f"{connection} has no key that reads usage or costs; give it an admin key.",
            connection=str(connection.pk),
        )
    wanted = [connection] if connection else Connection.objects.connected()
    readable = [each for each in wanted if is_readable(each)]
    for each in readable:
        enqueue(
            "costs.sync",
            {"connection": str(each.pk)},
            dedupe_key=f"connection:{each.pk}",
            lane=f"vendor:{each.vendor}",
        )
    if not _is_scheduled():
        record("costs.sync", connection, details={"readings": len(readable)})
    return len(readable)


def is_readable(connection: Connection) -> bool:
    """Tell whether the connection's credentials read usage or costs."""
    return connection.is_connected and any(connection.can(verb) for verb in READINGS)


def _is_scheduled() -> bool:
    """Tell whether the clock asks: its turns are kept as turns, not as anybody's deeds."""
    principal = context.principal()
    return principal is not None and principal.kind == PrincipalKind.SCHEDULE
