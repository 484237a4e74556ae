"""Messages: every shape they are told in, as records in order.

Understood are the conventions' own `[{role, parts}]`, chat messages of OpenAI, Anthropic, Gemini
and LangChain, items of OpenAI's Responses API, whole requests and answers that hold such lists,
lists of parts, and plain text. What is none of these is kept as text.
"""

import re
from collections.abc import Iterator
from typing import Any

from telemetry.dialects.loose_json import value_of
from telemetry.dialects.parts import Part, Row, answer, call, part, words_of
from telemetry.dialects.reading import short, text
from telemetry.records import MessageRecord

MOST_MESSAGES = 2_000
USER, ASSISTANT, SYSTEM, TOOL = "user", "assistant", "system", "tool"
_ROLES = {
    "human": USER,
    "ai": ASSISTANT,
    "model": ASSISTANT,
    "bot": ASSISTANT,
    "choice": ASSISTANT,
    "developer": SYSTEM,
    "function": TOOL,
    "tool-call": ASSISTANT,  # smolagents
    "tool-response": TOOL,
}
_WHOLES = ("messages", "choices", "output", "input", "contents", "candidates", "generations")
_QUESTIONS = ("input", "prompt", "question", "query")
_ITEM_ROLES = {
    "function_call": ASSISTANT,
    "reasoning": ASSISTANT,
    "function_call_output": TOOL,
}
_DIGITS = re.compile(r"[0-9]{1,4}")


def messages(told: Any, role: str) -> list[MessageRecord]:
    """Return the messages in a told value; `role` speaks where nobody is named."""
    found = list(_messages(value_of(told), role, nesting=4))[:MOST_MESSAGES]
    return [message for message in found if message.parts]


def split_instructions(found: list[MessageRecord]) -> tuple[str, list[MessageRecord]]:
    """Return the text of the system's messages at the beginning, and the messages after them."""
    count = next((n for n, each in enumerate(found) if each.role != SYSTEM), len(found))
    return "\n".join(words_of(each.parts) for each in found[:count]), found[count:]


def split_answer(found: list[MessageRecord]) -> tuple[list[MessageRecord], list[MessageRecord]]:
    """Return a conversation and, apart, the assistant's message at its end."""
    if found and found[-1].role == ASSISTANT:
        return found[:-1], found[-1:]
    return found, []


def nested(flat: dict[int, Row]) -> list[Any]:
    """Return the list that was told as `index.path.to` attributes, in the order of its indices."""
    return [_grown(flat[index]) for index in sorted(flat)]


def _messages(told: Any, role: str, *, nesting: int) -> Iterator[MessageRecord]:
    if isinstance(told, list):
        yield from _from_list(told, role, nesting=nesting)
    elif isinstance(told, dict) and nesting:
        yield from _from_object(told, role, nesting=nesting - 1)
    elif told not in (None, ""):
        yield MessageRecord(role, [{"type": "text", "content": text(told)}])


def _from_list(told: list[Any], role: str, *, nesting: int) -> Iterator[MessageRecord]:
    loose: list[Part] = []
    for each in told:
        if isinstance(each, list) and nesting:  # LangChain sends batches of conversations
            yield from _from_list(each, role, nesting=nesting - 1)
        elif isinstance(each, dict) and _is_message(each):
            yield from _from_object(each, role, nesting=nesting)
        elif (found := part(each)) is not None:
            loose.append(found)
    if loose:
        yield MessageRecord(role, loose)


def _from_object(told: Row, role: str, *, nesting: int) -> Iterator[MessageRecord]:
    if (made := _constructed(told)) is not None:
        yield _message(made, role)
    elif (inner := _inner(told)) is not None:
        yield from _messages(inner, short(told.get("role")) or role, nesting=nesting)
    elif kind := _ITEM_ROLES.get(short(told.get("type"))):
        yield _message({**told, "role": kind, "parts": [told]}, kind)
    elif _is_message(told):
        yield _message(told, role)
    elif (name := _whole_of(told)) and nesting:
        yield from _messages(told[name], role, nesting=nesting - 1)
    elif (called := _called_with(told)) is not None:
        yield MessageRecord(role, [{"type": "text", "content": text(called)}] if called else [])
    elif found := part(told):
        known = found if found.get("type") else {"type": "text", "content": text(told)}
        yield MessageRecord(role, [known])


def _constructed(told: Row) -> Row | None:
    """Return the message that LangChain tells by how to construct it."""
    made = told.get("kwargs")
    return {**made, "role": made.get("type")} if "lc" in told and isinstance(made, dict) else None


def _inner(told: Row) -> Row | None:
    """Return the message that stands in a choice (OpenAI) or in an answer (Gemini)."""
    if isinstance(inner := told.get("message"), dict):
        return inner
    content = told.get("content")
    return content if isinstance(content, dict) and "parts" in content else None


def _is_message(told: Row) -> bool:
    if "role" in told or isinstance(told.get("message"), dict) or _constructed(told):
        return True
    return "parts" in told or "tool_calls" in told or short(told.get("type")) in _ITEM_ROLES


def _whole_of(told: Row) -> str | None:
    listed = (name for name in _WHOLES if isinstance(told.get(name), list))
    spoken = (name for name in _QUESTIONS if isinstance(told.get(name), str))
    return next(listed, None) or next(spoken, None)


def _called_with(told: Row) -> Any:
    """Return what a decorated function was called with (Traceloop, Langfuse), or None."""
    if told.keys() != {"args", "kwargs"}:
        return None
    given = [told[name] for name in ("args", "kwargs") if told[name]]
    if len(given) == 1 and isinstance(given[0], list) and len(given[0]) == 1:
        return given[0][0]
    return (given[0] if len(given) == 1 else given) or ""


def _message(told: Row, role: str) -> MessageRecord:
    named = (short(told.get("role")) or role).lower()
    named = _ROLES.get(named, named)
    parts = [found for each in _told_parts(told) if (found := part(each)) is not None]
    parts += [call(each) for each in _objects(told.get("tool_calls"))]
    call_id = short(told.get("tool_call_id") or (told.get("id") if named == TOOL else ""))
    if parts and all(each.get("type") == "tool_call_response" for each in parts):
        return MessageRecord(TOOL, parts, short(parts[0].get("id")))
    if named == TOOL and call_id:
        answered = {"id": call_id, "response": words_of(parts)}
        return MessageRecord(TOOL, [answer(answered)], call_id)
    return MessageRecord(named, parts, call_id)


def _told_parts(told: Row) -> list[Any]:
    """Return the parts of a message, wherever they stand in it."""
    for name in ("parts", "contents", "content"):
        given = told.get(name)
        if isinstance(given, list):
            return given
        if given not in (None, ""):
            return [given]
    return []


def _objects(told: Any) -> list[Row]:
    return [each for each in told if isinstance(each, dict)] if isinstance(told, list) else []


def _grown(paths: Row) -> Any:
    """Return an object of dotted paths; steps that are numbers become lists."""
    tree: Row = {}
    for path, value in paths.items():
        *steps, last = path.split(".")[:12]
        at = tree
        for step in steps:
            below = at.setdefault(step, {})
            at = below if isinstance(below, dict) else {}
        at.setdefault(last, value)
    return _listed(tree)


def _listed(tree: Any) -> Any:
    if not isinstance(tree, dict):
        return tree
    if tree and all(_DIGITS.fullmatch(step) for step in tree):
        return [_listed(tree[step]) for step in sorted(tree, key=int)]
    return {step: _listed(below) for step, below in tree.items()}
