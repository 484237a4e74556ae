"""Test connections again, by and by."""

from collections.abc import Iterable

from accounts.permissions import require
from connectors.models import Connection
from jobs.actions.enqueue import enqueue

KIND = "connectors.test"


def retest_connections(connections: Iterable[Connection] | None = None) -> int:
    """Queue a test of these connections, or of all whose vendor can be asked; return how many."""
    require("connections.write")
    asked = Connection.objects.asked()
    if connections is not None:
        asked = asked.filter(pk__in=[each.pk for each in connections])
    for connection in asked:
        enqueue(
            KIND,
            {"connection": str(connection.pk)},
            dedupe_key=f"connection:{connection.pk}",
            lane=f"vendor:{connection.vendor}",
        )
    return len(asked)
