"""Ask for the first reading of a connection."""

from connectors.models import Connection
from jobs.actions.enqueue import enqueue
from jobs.registry import HANDLERS

# What higher apps read, and the verb each needs.
READINGS = {"agents.discover": "discover", "costs.sync": "usage"}


def start_reading(connection: Connection) -> None:
    """Queue the readings of agents and of usage that this connection allows."""
    for kind, verb in READINGS.items():
        if kind in HANDLERS and connection.can(verb):
            enqueue(
                kind,
                {"connection": str(connection.pk)},
                dedupe_key=f"connection:{connection.pk}",
                lane=f"vendor:{connection.vendor}",
            )
