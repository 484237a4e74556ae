"""What pausing agents pulls at their vendors, as far as it is known without asking anybody."""

from collections import Counter
from collections.abc import Iterable

from agents.models import Agent
from armproject.lib.http import Reach
from connectors.base import Target
from connectors.registry import kinds, load

NO_VENDOR = "No connection leads to it, so ARM can do nothing at its vendor."


def stops_by(agent: Agent) -> str:
    """Say in a sentence what pausing this agent pulls at its vendor."""
    connection = agent.connection
    if connection is None or not connection.is_connected or connection.vendor not in kinds():
        return NO_VENDOR
    bare = Target(connection.base_url, {}, {}, Reach())
    return load(connection.vendor)(bare).stops_by(agent.ref())


def ways_to_stop(agents: Iterable[Agent]) -> list[tuple[str, int]]:
    """Return what pausing these agents pulls, and of how many; the most frequent first."""
    return Counter(map(stops_by, agents)).most_common()
