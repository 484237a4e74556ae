"""From a span as it was told to a record that means the same in every dialect."""

from collections.abc import Callable
from typing import Any

import msgspec

from telemetry.dialects import (
    genai,
    langfuse,
    langsmith,
    logfire,
    openinference,
    traceloop,
    vercel,
)
from telemetry.dialects.conversation import details, settle_conversation
from telemetry.dialects.evaluations import settle_evaluations
from telemetry.dialects.facts import Facts, sort
from telemetry.dialects.failures import settle_failure
from telemetry.dialects.kinds import kind_of
from telemetry.dialects.told import Attributes, Origin, Told
from telemetry.dialects.usage import settle_tokens
from telemetry.dialects.vendors import (
    FRAMEWORKS,
    provider_at,
    provider_of,
    provider_of_model,
)
from telemetry.records import SpanRecord

PLAIN = "plain"
LONGEST_SPAN_NAME = 256
NOTES = "arm.notes"
_Complete = Callable[[SpanRecord, Facts, Told], None]
_COMPLETE: dict[str, _Complete] = {
    each.NAME: each.complete
    for each in (genai, openinference, langfuse, langsmith, traceloop, logfire, vercel)
}
# Attributes that give a dialect away, and libraries that do; the first that is found counts.
_MARKS = {
    "openinference.span.kind": openinference.NAME,
    "langfuse.observation.type": langfuse.NAME,
    "langsmith.span.kind": langsmith.NAME,
    "traceloop.span.kind": traceloop.NAME,
    "traceloop.workflow.name": traceloop.NAME,
    "llm.request.type": traceloop.NAME,
    "logfire.json_schema": logfire.NAME,
    "ai.operationId": vercel.NAME,
}
_LIBRARIES = {
    "openinference": openinference.NAME,
    "langfuse": langfuse.NAME,
    "traceloop": traceloop.NAME,
    "opentelemetry.instrumentation.openai.v": traceloop.NAME,
    "pydantic-ai": logfire.NAME,
    "logfire": logfire.NAME,
}
# What of a resource goes along with each of its spans.
_KEPT_OF_RESOURCE = ("host.name", "k8s.", "cloud.", "faas.", "container.name", "gen_ai.")


class Place(msgspec.Struct, gc=False):
    """What all spans of one library in one process share."""

    fields: dict[str, Any]
    kept: Attributes
    scope: str
    dialect: str


def place_of(origin: Origin) -> Place:
    """Return what is known of spans before any of them is read."""
    facts = sort(origin.resource, Facts({}, {}, {}, {}))
    sort(origin.scope_attributes, facts)
    kept = {key: told for key, told in facts.kept.items() if key.startswith(_KEPT_OF_RESOURCE)}
    if origin.scope:
        kept["otel.scope.name"] = origin.scope[:LONGEST_SPAN_NAME]
    library = (name for begin, name in _LIBRARIES.items() if origin.scope.startswith(begin))
    return Place(facts.fields, kept, origin.scope, next(library, ""))


def understand(span: Told, place: Place) -> SpanRecord:
    """Return the record of a span."""
    facts = Facts({}, {}, {}, dict(place.kept), place.scope)
    for told in details(span):
        sort(told, facts)
    sort(span.attributes, facts)
    dialect = _dialect_of(span.attributes, facts, place)
    record = SpanRecord(
        trace_id=span.trace_id,
        span_id=span.span_id,
        parent_id=span.parent_id,
        started_ns=span.started_ns,
        ended_ns=span.ended_ns,
        name=span.name[:LONGEST_SPAN_NAME],
        kind=kind_of(facts, span),
        dialect=dialect,
        attributes=facts.kept,
        **(place.fields | facts.fields),
    )
    settle_failure(record, facts, span)
    if dialect != PLAIN:
        _settle(record, facts, span)
    if notes := _notes(span, facts):
        record.attributes[NOTES] = notes
    record.content_bytes = facts.content_bytes
    return record


def _settle(record: SpanRecord, facts: Facts, span: Told) -> None:
    """Read what takes more than one look at the table."""
    _COMPLETE[record.dialect](record, facts, span)
    _name_provider(record, facts)
    settle_tokens(record, facts, span)
    if facts.content_bytes or span.events:
        settle_conversation(record, facts, span)
    settle_evaluations(record, facts, span)
    if record.kind in ("span", "memory") and (operation := facts.hints.get("Operation")):
        record.attributes["gen_ai.operation.name"] = operation


def _dialect_of(attributes: Attributes, facts: Facts, place: Place) -> str:
    for mark, name in _MARKS.items():
        if mark in attributes:
            return name
    if place.dialect:
        return place.dialect
    told = any(key.startswith(("gen_ai.", "llm.")) for key in attributes)
    return genai.NAME if told or facts.hints.keys() & {"Operation", "McpMethod"} else PLAIN


def _name_provider(record: SpanRecord, facts: Facts) -> None:
    """Say who runs the model: who is named, else who is called, else who makes it."""
    told = provider_of(record.provider)
    if record.provider and told.name not in FRAMEWORKS:
        record.provider, record.vendor = told
    elif record.kind in ("llm", "embedding"):
        known = provider_at(facts.hints.get("Host", "")) or provider_of_model(record.model)
        record.provider, record.vendor = known or ("", "")


def _notes(span: Told, facts: Facts) -> list[str]:
    notes = list(span.notes)
    if facts.left_out:
        notes.append(f"{facts.left_out} more attributes were left out.")
    return notes
