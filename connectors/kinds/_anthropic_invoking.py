"""Sessions of Anthropic's managed agents that ARM begins."""

from connectors.base import ConnectorError
from connectors.fields import identifier, optional_row, text
from connectors.kinds._anthropic_api import RuntimeApi
from connectors.markers import INVOKED_AS

LOOKED_AT = 50


def invoke(api: RuntimeApi, agent: str, message: str, key: str) -> str:
    """Begin a session in the environment of the agent's last one; return its id.

    Anthropic knows no key that makes a request harmless to repeat, so sessions are marked with
    one and looked at before another is begun.
    """
    latest = api.latest_sessions(agent, LOOKED_AT)
    for session in latest:
        if text(optional_row(session, "metadata"), INVOKED_AS) == key:
            return identifier(session)
    environment = text(latest[0], "environment_id") if latest else ""
    if not environment:
        raise ConnectorError(
            "This agent has not run yet, so nobody knows in which environment: start it once at "
            "Anthropic.",
            fault="unsupported",
            permanent=True,
        )
    said = {"type": "user.message", "content": [{"type": "text", "text": message}]}
    begun = api.start(
        {
            "agent": agent,
            "environment_id": environment,
            "initial_events": [said],
            "metadata": {INVOKED_AS: key},
        }
    )
    return identifier(begun)
