"""Pydantic AI and Logfire: GenAI, with sums and the whole conversation on the agent's span.

Logfire names spans by a template. What it makes of OpenAI's Agents SDK is known by that alone.
"""

import re
from typing import Any

from telemetry.dialects.content import Fate, fate_of
from telemetry.dialects.facts import Facts
from telemetry.dialects.index import FACTS
from telemetry.dialects.loose_json import value_of
from telemetry.dialects.messages import USER, messages, split_answer
from telemetry.dialects.reading import short, text
from telemetry.dialects.spoken import SPEAKERS, spoken
from telemetry.dialects.told import Told
from telemetry.records import MessageRecord, SpanRecord

NAME = "logfire"
_PLACE = re.compile(r"\{([^{}!:]+)[^{}]*\}")
_LONGEST_FILLED = 100
_KINDS = {"Agent run: {name!r}": "agent", "Function: {name}": "tool"}


def complete(record: SpanRecord, facts: Facts, span: Told) -> None:
    """Read the conversation of a run, or the list of events that format 1 told it in."""
    record.name = _PLACE.sub(lambda place: _value(place[1], record, span), record.name)
    if kind := _KINDS.get(span.name):
        _complete_of_agents_sdk(record, facts, span, kind)
    said = messages(facts.hints.get("AllMessages"), USER)
    said = said or _said_in_events(facts.hints.get("Events"))
    record.messages_in, record.messages_out = split_answer(said)


def _value(key: str, record: SpanRecord, span: Told) -> str:
    """Return what stands in a place of a template, if it is short and cannot be content."""
    if key == "request_data[model]":
        return record.model
    known = FACTS.get(key)
    is_content = known.is_content if known else fate_of(key) is not Fate.KEEP
    told = "" if is_content else short(span.attributes.get(key, ""))
    return told if len(told) <= _LONGEST_FILLED else "…"


def _complete_of_agents_sdk(record: SpanRecord, facts: Facts, span: Told, kind: str) -> None:
    record.kind = kind
    named = short(span.attributes.get("name", ""))
    if kind == "agent":
        record.agent_name = record.agent_name or named
        return
    record.tool_name = record.tool_name or named
    record.tool_arguments = text(span.attributes.get("input", ""))
    record.tool_result = text(span.attributes.get("output", ""))


def _said_in_events(told: Any) -> list[MessageRecord]:
    given = value_of(told)
    return [
        message
        for each in (given if isinstance(given, list) else ())
        if isinstance(each, dict) and str(each.get("event.name")) in SPEAKERS
        for message in spoken(str(each["event.name"]), each)
    ]
