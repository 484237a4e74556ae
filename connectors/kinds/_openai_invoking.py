"""Sessions of OpenAI's agents that ARM begins."""

from connectors.base import ConnectorError
from connectors.fields import Row, identifier, optional_row, text
from connectors.kinds._openai_api import RuntimeApi
from connectors.markers import INVOKED_AS

LOOKED_AT = 50
NOWHERE = {"type": "none"}


def invoke(api: RuntimeApi, agent: str, message: str, key: str) -> str:
    """Begin a session where the agent's last one ran; return its id.

    OpenAI knows no key that makes a request harmless to repeat, so sessions are marked with one
    and looked at before another is begun.
    """
    latest = api.latest_sessions(agent, LOOKED_AT)
    for session in latest:
        if text(optional_row(session, "metadata"), INVOKED_AS) == key:
            return identifier(session)
    begun = api.start(
        {
            "agent_id": agent,
            "environment": _environment(latest),
            "input": message,
            "metadata": {INVOKED_AS: key},
        }
    )
    return identifier(begun)


def _environment(latest: list[Row]) -> Row:
    """Return where the agent works: only environments that can be named again can be used."""
    last = optional_row(latest[0], "environment") if latest else NOWHERE
    kind = text(last, "type") or "none"
    if kind == "none":
        return NOWHERE
    if kind == "openai_hosted" and (template := text(last, "environment_template_id")):
        return {"type": kind, "environment_template_id": template}
    raise ConnectorError(
        "This agent runs in an environment of its own, which OpenAI gives to nobody else: start "
        "it where it is used.",
        fault="unsupported",
        permanent=True,
    )
