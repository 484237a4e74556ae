"""Read a connection's usage and bill."""

from collections.abc import Callable
from uuid import UUID

from accounts.fence import fenced
from accounts.permissions import require
from connectors.base import ConnectorError, Verb
from connectors.models import Connection
from costs.actions.sync_costs import sync_costs
from costs.actions.sync_usage import sync_usage

READINGS = {Verb.USAGE: sync_usage, Verb.COSTS: sync_costs}


def read_connection(connection_id: UUID, done: Callable[[str], None]) -> None:
    """Read whatever of usage and bill the connection's credentials allow.

    `done` hears of each part that was read. A part that fails does not keep the other from being
    read; what can get better by itself is raised at the end, so that the job is tried again.
    """
    require("costs.sync")
    with fenced():
        connection = Connection.objects.connected().filter(pk=connection_id).first()
    if connection is None:
        return
    failed: ConnectorError | None = None
    for verb, read in READINGS.items():
        if not connection.can(verb):
            continue
        try:
            read(connection)
        except ConnectorError as error:
            failed = failed if failed or error.permanent else error
        done(verb)
    if failed is not None:
        raise failed
