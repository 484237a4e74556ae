"""What was said: messages, instructions, and what tools were given and gave back."""

from typing import Any

from telemetry.dialects.facts import Facts, conversation_lists
from telemetry.dialects.loose_json import value_of
from telemetry.dialects.messages import (
    ASSISTANT,
    USER,
    messages,
    nested,
    split_answer,
    split_instructions,
)
from telemetry.dialects.reading import size, text, texts
from telemetry.dialects.spoken import spoken
from telemetry.dialects.told import Told
from telemetry.records import MessageRecord, SpanRecord

# Events that carry what is otherwise told as attributes.
_DETAILS = {
    "gen_ai.client.inference.operation.details",
    "gen_ai.content.prompt",
    "gen_ai.content.completion",
}
_OF_TOOLS = {"gen_ai.tool.message": "content", "gen_ai.choice": "message"}
_NOTHING = frozenset({None, "", "null", "None"})


def details(span: Told) -> list[dict[str, Any]]:
    """Return the attributes of events that tell the content of the span itself."""
    return [event.attributes for event in span.events if event.name in _DETAILS]


def settle_conversation(record: SpanRecord, facts: Facts, span: Told) -> None:
    """Fill messages and instructions; on either side, structured forms count before plain ones."""
    if record.kind == "tool":
        _settle_tool(record, facts, span)
        return
    asked = _heard(facts, "Input", USER)
    answered = _heard(facts, "Output", ASSISTANT)
    if not asked or not answered:
        otherwise = _heard_otherwise(record, facts, span)
        asked, answered = asked or otherwise[0], answered or otherwise[1]
    given = messages(facts.hints.get("Instructions"), "system")
    record.instructions, record.messages_in = split_instructions(given + asked)
    record.messages_out = [] if record.kind == "embedding" else answered
    if not record.finish_reasons:
        record.finish_reasons = _finish_reasons(facts.hints.get("Output"))


def _heard(facts: Facts, side: str, role: str) -> list[MessageRecord]:
    if told := facts.hints.get(side):
        return messages(told, role)
    return messages(nested(conversation_lists(facts, side)), role)


def _heard_otherwise(
    record: SpanRecord, facts: Facts, span: Told
) -> tuple[list[MessageRecord], list[MessageRecord]]:
    """Read what was said from events, as the dialect read it, or from plain in- and output."""
    said = []
    for event in span.events:
        if found := spoken(event.name, event.attributes):
            said += found
            facts.content_bytes += size(event.attributes)
    asked, answered = split_answer(said) if said else (record.messages_in, record.messages_out)
    if not asked:
        asked = _plain(facts.hints.get("Prompt"), USER)
    if not answered:
        answered = _plain(facts.hints.get("Completion"), ASSISTANT)
        answered += _calls(facts.hints.get("ResponseToolCalls"))
    return asked, answered


def _plain(told: Any, role: str) -> list[MessageRecord]:
    if isinstance(told, str) and told in _NOTHING:
        return []
    return messages(_unquoted(told), role)


def _calls(told: Any) -> list[MessageRecord]:
    """Return the calls of tools that Vercel's SDK tells beside the text of an answer."""
    given = value_of(told)
    return messages([{"role": ASSISTANT, "tool_calls": given}], ASSISTANT) if given else []


def _finish_reasons(told: Any) -> list[str]:
    given = value_of(told)
    rows = given if isinstance(given, list) else []
    return texts([each["finish_reason"] for each in rows if _finished(each)])


def _finished(told: Any) -> bool:
    return isinstance(told, dict) and isinstance(told.get("finish_reason"), str)


def _settle_tool(record: SpanRecord, facts: Facts, span: Told) -> None:
    """Read what a tool was given and gave, from the span or from the events of Strands."""
    told = {event.name: event.attributes for event in span.events if event.name in _OF_TOOLS}
    facts.content_bytes += sum(map(size, told.values()))
    given, gave = (told.get(name, {}).get(key) for name, key in _OF_TOOLS.items())
    record.tool_arguments = record.tool_arguments or _given(facts.hints.get("Prompt") or given)
    record.tool_result = record.tool_result or _given(facts.hints.get("Completion") or gave)


def _given(told: Any) -> str:
    """Return what a tool was given or gave, as text."""
    if isinstance(told, str) and told in _NOTHING:
        return ""
    value = value_of(_unquoted(told))
    if isinstance(value, dict) and {"args", "kwargs"} <= value.keys():
        value = value["kwargs"] or value["args"]
    return value if isinstance(value, str) else text(value)


def _unquoted(told: Any) -> Any:
    """Return the text in a JSON string, which is how decorators tell what a function returned."""
    quoted = isinstance(told, str) and len(told) > 1 and told[0] == told[-1] == '"'
    found = value_of(f"[{told}]") if quoted else told
    return found[0] if quoted and isinstance(found, list) else told
