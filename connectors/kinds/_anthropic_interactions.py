"""What an agent at Anthropic said and did: the events of its sessions, the newest first."""

from collections.abc import Iterator

from connectors.base import Interaction
from connectors.fields import Row, content_text, identifier, optional_moment, text, told
from connectors.kinds._anthropic_api import RuntimeApi
from connectors.kinds._anthropic_health import error_words

# What each kind of event is in ARM's words: who speaks, and what it is.
EVENTS = {
    "user.message": ("user", "message"),
    "user.interrupt": ("user", "interrupt"),
    "user.tool_confirmation": ("user", "approval"),
    "user.custom_tool_result": ("tool", "tool_result"),
    "user.tool_result": ("tool", "tool_result"),
    "system.message": ("system", "message"),
    "agent.message": ("assistant", "message"),
    "agent.thread_message_sent": ("assistant", "message"),
    "agent.thread_message_received": ("assistant", "message"),
    "agent.tool_use": ("assistant", "tool_call"),
    "agent.mcp_tool_use": ("assistant", "tool_call"),
    "agent.custom_tool_use": ("assistant", "tool_call"),
    "agent.tool_result": ("tool", "tool_result"),
    "agent.mcp_tool_result": ("tool", "tool_result"),
    "session.error": ("system", "error"),
}


def steps(api: RuntimeApi, agent: str) -> Iterator[Interaction]:
    """Yield every step of an agent's sessions."""
    for session in api.sessions(("agent_id", agent)):
        key = identifier(session)
        for event in api.events(key, tuple(EVENTS)):
            if text(event, "type") in EVENTS:
                yield interaction(key, event)


def interaction(session: str, event: Row) -> Interaction:
    role, kind = EVENTS[text(event, "type")]
    words = _words(event, kind)
    error = error_words(event) if kind == "error" else ""
    if event.get("is_error") is True:
        error = words or "The tool failed."
    return Interaction(
        session=session,
        at=optional_moment(event, "processed_at"),
        role=role,
        kind=kind,
        text=words,
        error=error,
    )


def _words(event: Row, kind: str) -> str:
    if kind == "tool_call":
        called = ".".join(filter(None, (text(event, "mcp_server_name"), text(event, "name"))))
        return f"{called}({told(event.get('input'))})"
    if kind == "approval":
        return ": ".join(filter(None, (text(event, "result"), text(event, "deny_message"))))
    return content_text(event.get("content"))
