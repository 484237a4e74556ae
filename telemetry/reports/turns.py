"""A run's conversation as a page shows it: turns in time, each call of a tool beside its result."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

import orjson

from telemetry.content.packing import LEFT_OUT
from telemetry.content.tool_calls import ToolCall
from telemetry.identity import unsigned
from telemetry.reports.conversation import Conversation
from telemetry.reports.places import Said

SPEAKERS = {"system": "Instructions", "user": "User", "assistant": "Agent", "tool": "Tool"}
LONG = 1_500


class Piece(NamedTuple):
    """One part of a turn; `kind` is text, reasoning, call or other, and `text` is never markup.

    A call has its tool as `name`, its arguments as `text`, and what came of it as `result`.
    """

    kind: str
    text: str
    name: str = ""
    result: str = ""
    status: str = ""
    error: str = ""
    is_kept: bool = True

    @property
    def is_long(self) -> bool:
        return len(self.text) > LONG or len(self.result) > LONG


class Turn(NamedTuple):
    """What somebody said at once; `role` is user, assistant, system or tool."""

    at: datetime
    role: str
    speaker: str
    span_id: str
    pieces: list[Piece]
    is_cut: bool


def turns(found: Conversation) -> list[Turn]:
    """Return the turns of a run in time."""
    calls = {call.call_id: call for call in found.tool_calls if call.call_id}
    shown: set[int] = set()
    told = [turn for said in found.messages if (turn := _turn(said, calls, shown)).pieces]
    alone = [_alone(call) for call in found.tool_calls if id(call) not in shown]
    return sorted((*told, *alone), key=lambda turn: turn.at)


def as_text(told: Any) -> str:
    """Return what was told as people read it: text as it is, the rest as JSON over lines."""
    if isinstance(told, str):
        told = _read(told)
    if told is None or isinstance(told, str):
        return told or ""
    return json.dumps(told, ensure_ascii=False, indent=2)


def _read(told: str) -> Any:
    """Return the object or list that a text is the JSON of, else the text."""
    if not told.startswith(("{", "[")):
        return told
    try:
        return orjson.loads(told)
    except orjson.JSONDecodeError:
        return told


def _turn(said: Said, calls: Mapping[str, ToolCall], shown: set[int]) -> Turn:
    pieces = [piece for part in said.parts for piece in _pieces(part, calls, shown)]
    speaker = SPEAKERS.get(said.role, said.role.capitalize())
    return Turn(said.at, said.role, speaker, unsigned(said.span_id), pieces, said.is_cut)


def _pieces(
    part: Mapping[str, Any], calls: Mapping[str, ToolCall], shown: set[int]
) -> Iterator[Piece]:
    kind = part.get("type")
    call = calls.get(str(part.get("id") or ""))
    if kind == "tool_call_response":
        if call is None:
            yield Piece("other", as_text(part.get("response")), "Result of a tool")
    elif kind == "tool_call":
        if call is None:
            yield Piece("call", as_text(part.get("arguments")), str(part.get("name") or ""))
        elif id(call) not in shown:
            shown.add(id(call))
            yield _piece(call)
    elif kind in ("text", "reasoning"):
        yield Piece(str(kind), str(part.get("content") or ""))
    elif kind == LEFT_OUT:
        yield Piece("other", "", "More was said than is kept")
    else:
        yield Piece("other", as_text({**part}), str(kind or "Something else"))


def _piece(call: ToolCall) -> Piece:
    return Piece(
        "call",
        as_text(call.arguments),
        call.name,
        as_text(call.result),
        call.status,
        call.error,
        is_kept=call.arguments is not None or call.result is not None,
    )


def _alone(call: ToolCall) -> Turn:
    """Return the turn of a tool that no message asked for."""
    span = "" if call.span_id is None else unsigned(call.span_id)
    return Turn(call.at, "tool", SPEAKERS["tool"], span, [_piece(call)], is_cut=False)
