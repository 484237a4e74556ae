"""What an agent at OpenAI said and did: the items of its sessions, the newest first."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from connectors.base import Interaction
from connectors.faults import kept
from connectors.fields import (
    Row,
    content_text,
    identifier,
    optional_moment,
    optional_row,
    text,
    told,
)
from connectors.kinds._openai_api import RuntimeApi

_KINDS = {
    "message": "message",
    "agent_message": "message",
    "reasoning": "reasoning",
    "function_call_output": "tool_result",
}


def steps(api: RuntimeApi, agent: str) -> Iterator[Interaction]:
    """Yield every step of an agent's sessions, with failed turns before the items of theirs."""
    for session in api.sessions(("agent_id", agent)):
        key = identifier(session)
        turns = {identifier(turn): turn for turn in api.turns(key)}
        for turn in turns.values():
            if text(turn, "status") == "failed":
                yield failed_turn(key, turn)
        for item in api.items(key):
            yield interaction(key, item, turns)


def turn_seconds(turn: Row) -> tuple[datetime, datetime] | None:
    start, end = optional_moment(turn, "started_at"), optional_moment(turn, "completed_at")
    return (start, end) if start and end else None


def turn_error(turn: Row) -> str:
    """Return why a turn failed, in the vendor's words."""
    error = optional_row(turn, "error")
    return kept(": ".join(filter(None, (text(error, "code"), text(error, "message")))))


def interaction(session: str, item: Row, turns: Mapping[str, Row]) -> Interaction:
    """Read one item of a session; it has the time of its turn, for it has none of its own."""
    kind = text(item, "type")
    turn = turns.get(text(item, "turn_id"), {})
    return Interaction(
        session=session,
        at=optional_moment(turn, "created_at"),
        role=text(item, "role") or ("tool" if kind.endswith("_output") else "assistant"),
        kind=_KINDS.get(kind, "tool_call"),
        text=_words(item, kind),
        error=told(item.get("error")),
    )


def failed_turn(session: str, turn: Row) -> Interaction:
    ended = optional_moment(turn, "completed_at") or optional_moment(turn, "created_at")
    return Interaction(session, ended, "system", "error", "", turn_error(turn))


def _words(item: Row, kind: str) -> str:
    if isinstance(item.get("content"), list):
        return content_text(item.get("content"))
    if kind == "reasoning":
        return content_text(item.get("summary"))
    if kind == "function_call_output":
        return content_text(item.get("output"))
    if kind == "command_execution":
        return "\n".join(filter(None, (text(item, "command"), text(item, "output"))))
    called = ".".join(filter(None, (text(item, "server_label"), text(item, "name") or kind)))
    given = next((item[key] for key in ("arguments", "action", "title") if item.get(key)), None)
    answer = "" if kind == "computer_use_call" else told(item.get("output"))
    return f"{called}({told(given)})" + (f" → {answer}" if answer else "")
