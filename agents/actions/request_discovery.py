"""Ask for a discovery."""

from django.db import transaction

from accounts.permissions import require
from connectors.models import Connection
from jobs.actions.enqueue import enqueue
from jobs.models import Job

KIND = "agents.discover"


@transaction.atomic
def request_discovery(connection: Connection) -> Job:
    """Queue the discovery of one connection's agents, or return the one that waits already."""
    require("agents.discover")
    connection.refuse_disconnected()
    return enqueue(
        KIND,
        {"connection": str(connection.pk)},
        dedupe_key=f"connection:{connection.pk}",
        lane=f"vendor:{connection.vendor}",
    )
