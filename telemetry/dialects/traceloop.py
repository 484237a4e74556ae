"""OpenLLMetry (Traceloop): decorated functions are entities, calls of models speak GenAI."""

from telemetry.dialects.facts import Facts
from telemetry.dialects.told import Told
from telemetry.records import SpanRecord

NAME = "traceloop"
_CHUNK = "gen_ai.content.completion.chunk"
_NANOSECONDS = 1_000_000


def complete(record: SpanRecord, facts: Facts, span: Told) -> None:
    """Name agents and tools after their entity; the first chunk of a stream is an event."""
    entity = facts.hints.get("EntityName", "")
    if record.kind == "agent":
        record.agent_name = entity or record.agent_name
    elif record.kind == "tool":
        record.tool_name = record.tool_name or entity
    first = next((event.at_ns for event in span.events if event.name == _CHUNK), 0)
    if record.first_chunk_ms is None and first > record.started_ns:
        record.first_chunk_ms = (first - record.started_ns) / _NANOSECONDS
