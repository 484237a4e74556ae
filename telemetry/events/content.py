"""What an event tells of what was said: messages, and what tools were given and gave back.

It goes into the fields of a record that the rules for content are about, and nowhere else.
"""

from collections.abc import Iterable
from typing import Any

from telemetry.dialects.messages import ASSISTANT, USER, messages
from telemetry.dialects.parts import call
from telemetry.dialects.reading import size, text
from telemetry.events.payload import Fields, name
from telemetry.records import MessageRecord, SpanRecord

Names = tuple[str, ...]

WORDS = ("content", "text", "message")
ASKED = ("input", "messages", "prompt")
ANSWERED = ("output", "response", "answer")
# Under which names each type of event tells what was heard in its step, and what was said.
HEARD: dict[str, Names] = {
    "RunStart": ASKED + WORDS,
    "message.user": WORDS + ASKED,
    "llm.request": ASKED + WORDS,
    "llm.complete": ASKED,
}
SAID: dict[str, Names] = {
    "RunEnd": ANSWERED + WORDS,
    "message.assistant": WORDS + ANSWERED,
    "llm.complete": ANSWERED + WORDS,
}
GIVEN = ("arguments", "args", "input")
GAVE_BACK = ("result", "output", "content")
TOOLS = frozenset({"ToolCall", "tool.result"})
ASKS_FOR_TOOL = "tool.call"
# Every name that may tell content; most events have none of them.
NAMES = frozenset({*WORDS, *ASKED, *ANSWERED, *GIVEN, *GAVE_BACK})


def tell(record: SpanRecord, event_type: str, payload: Fields) -> None:
    """Put the content that an event tells into its record."""
    if NAMES.isdisjoint(payload) and event_type != ASKS_FOR_TOOL:
        return
    if event_type in TOOLS:
        record.tool_arguments = text(_first(payload, GIVEN))
        record.tool_result = text(_first(payload, GAVE_BACK))
    elif event_type == ASKS_FOR_TOOL:
        record.messages_out = [MessageRecord(ASSISTANT, [_asked(payload)])]
    else:
        record.messages_in = _told(payload, HEARD.get(event_type, ()), USER)
        record.messages_out = _told(payload, SAID.get(event_type, ()), ASSISTANT)
    record.content_bytes = _size(record)


def _told(payload: Fields, names: Names, role: str) -> list[MessageRecord]:
    told = _first(payload, names)
    return [] if told is None else messages(told, role)


def _asked(payload: Fields) -> dict[str, Any]:
    """Return the call of a tool as a part of what the agent said."""
    told = {
        "id": name(_first(payload, ("tool_call_id", "call_id"))) or "",
        "name": name(_first(payload, ("tool_name", "tool", "name"))) or "",
        "arguments": _first(payload, GIVEN),
    }
    return call(told)


def _first(payload: Fields, names: Iterable[str]) -> Any:
    return next((payload[each] for each in names if payload.get(each)), None)


def _size(record: SpanRecord) -> int:
    said = (each.parts for each in (*record.messages_in, *record.messages_out))
    return sum(map(size, (*said, record.tool_arguments, record.tool_result)))
