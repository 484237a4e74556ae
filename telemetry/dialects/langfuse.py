"""Langfuse: observations; agents and tools are named by their span, tokens stand in one object."""

from datetime import UTC, datetime

from telemetry.dialects.facts import Facts
from telemetry.dialects.parameters import add_parameters
from telemetry.dialects.reading import LONGEST_NAME
from telemetry.dialects.told import Told
from telemetry.dialects.usage import settle_details
from telemetry.records import SpanRecord

NAME = "langfuse"


def complete(record: SpanRecord, facts: Facts, span: Told) -> None:
    """Read the names, the usage, the cost and the first chunk of an observation."""
    if record.kind == "agent":
        record.agent_name = record.agent_name or span.name[:LONGEST_NAME]
    elif record.kind == "tool":
        record.tool_name = record.tool_name or span.name[:LONGEST_NAME]
    settle_details(record, facts)
    add_parameters(record, facts.hints.get("Parameters"))
    record.first_chunk_ms = _first_chunk(record, facts.hints.get("FirstChunkAt"))


def _first_chunk(record: SpanRecord, told: object) -> float | None:
    """Return how long after the start the first chunk came; it is told as a moment."""
    try:
        moment = datetime.fromisoformat(str(told).strip('"'))
    except ValueError:
        return record.first_chunk_ms
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(aware.timestamp() * 1_000 - record.started_ns / 1_000_000, 0.0)
