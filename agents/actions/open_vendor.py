"""Open the way to an agent's vendor."""

from accounts.permissions import require
from agents.models import Agent
from connectors.base import Connector
from connectors.opening import open_connector


def open_vendor(agent: Agent) -> tuple[Connector | None, str]:
    """Return the connector of an agent's vendor, or none and why; credentials are opened here."""
    require("agents.read", agent)
    if agent.connection is None:
        return None, "No connection leads to this agent, so there is no vendor to ask."
    if not agent.connection.is_connected:
        return None, "Its connection was disconnected."
    if agent.vanished_at is not None:
        return None, "Its vendor no longer lists this agent."
    return open_connector(agent.connection), ""
