"""Parts of messages: what many libraries write, as the newest conventions write it."""

from typing import Any

from telemetry.dialects.loose_json import value_of
from telemetry.dialects.reading import short, text

Part = dict[str, Any]
Row = dict[str, Any]

_TEXTS = {"text", "input_text", "output_text", "refusal", ""}
_CALLS = {"tool_call", "tool_use", "function_call", "function", "tool-call", "server_tool_call"}
_ANSWERS = {
    "tool_call_response",
    "tool_result",
    "function_call_output",
    "function_response",
    "tool-result",
    "server_tool_call_response",
}
_REASONING = {"reasoning", "thinking"}


def part(told: Any) -> Part | None:
    """Return one part of a message, or None where there is nothing in it."""
    if not isinstance(told, dict):
        words = text(told)
        return {"type": "text", "content": words} if words else None
    told = _unwrapped(told)
    kind = short(told.get("type"))
    if kind in _CALLS:
        return call(told)
    if kind in _ANSWERS:
        return answer(told)
    if kind in _TEXTS and (words := _words(told)):
        return {"type": "text", "content": words}
    if kind in _REASONING:
        return {"type": "reasoning", "content": _words(told)}
    return told or None


def call(told: Row) -> Part:
    """Return a call of a tool; its arguments are read where they are JSON."""
    told = _first_object(told, "tool_call") or told
    function = _first_object(told, "function", "functionCall") or {}
    arguments = _first(told | function, "arguments", "input", "args", "parameters")
    return {
        "type": "tool_call",
        "id": short(_first(told, "id", "call_id", "toolCallId")),
        "name": short(_first(told | function, "name", "toolName", "tool_name")),
        "arguments": value_of(arguments),
    }


def answer(told: Row) -> Part:
    """Return what a tool answered."""
    given = _first(told, "response", "result", "output", "content")
    return {
        "type": "tool_call_response",
        "id": short(_first(told, "id", "call_id", "tool_use_id", "tool_call_id", "toolCallId")),
        "response": _bare(value_of(given)),
    }


def _bare(told: Any) -> Any:
    """Return what a tool answered without what wraps plain text (Bedrock, Strands, Vercel)."""
    if isinstance(told, dict) and told.keys() == {"type", "value"}:
        return told["value"]
    if isinstance(told, list) and len(told) == 1 and isinstance(told[0], dict):
        only = told[0]
        return only["text"] if only.keys() <= {"type", "text"} and "text" in only else told
    return told


def words_of(parts: list[Part]) -> str:
    """Return the text in these parts, a line each."""
    found = (text(each.get("content")) for each in parts if each.get("type") == "text")
    return "\n".join(words for words in found if words)


def _words(told: Row) -> str:
    return text(_first(told, "content", "text", "thinking", "input_text", "refusal", "summary"))


def _unwrapped(told: Row) -> Row:
    """Open what wraps a part and says by its name what it is: OpenInference, Gemini, Bedrock."""
    if inner := _first_object(told, "message_content"):
        return inner
    if inner := _first_object(told, "tool_call"):
        return {"type": "tool_call", **inner}
    if inner := _first_object(told, "functionCall", "toolUse"):
        return {**inner, "type": "tool_call", "id": inner.get("toolUseId") or inner.get("id")}
    if inner := _first_object(told, "functionResponse", "toolResult"):
        return {**inner, "type": "tool_result", "id": inner.get("toolUseId") or inner.get("id")}
    return told


def _first(told: Row, *names: str) -> Any:
    return next((told[name] for name in names if told.get(name) is not None), None)


def _first_object(told: Row, *names: str) -> Row | None:
    return next((told[name] for name in names if isinstance(told.get(name), dict)), None)
