"""Pydantic AI and Logfire: GenAI, with sums and the whole conversation on the agent's span."""

from typing import Any

from telemetry.dialects.facts import Facts
from telemetry.dialects.loose_json import value_of
from telemetry.dialects.messages import USER, messages, split_answer
from telemetry.dialects.spoken import SPEAKERS, spoken
from telemetry.dialects.told import Told
from telemetry.records import MessageRecord, SpanRecord

NAME = "logfire"


def complete(record: SpanRecord, facts: Facts, span: Told) -> None:
    """Read the conversation of a run, or the list of events that format 1 told it in."""
    said = messages(facts.hints.get("AllMessages"), USER)
    said = said or _said_in_events(facts.hints.get("Events"))
    record.messages_in, record.messages_out = split_answer(said)


def _said_in_events(told: Any) -> list[MessageRecord]:
    given = value_of(told)
    return [
        message
        for each in (given if isinstance(given, list) else ())
        if isinstance(each, dict) and str(each.get("event.name")) in SPEAKERS
        for message in spoken(str(each["event.name"]), each)
    ]
