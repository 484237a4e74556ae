"""Vercel's AI SDK: an outer span for each run, an inner one for each call of a model."""

from telemetry.dialects.facts import Facts
from telemetry.dialects.reading import milliseconds
from telemetry.dialects.told import Told
from telemetry.records import SpanRecord

NAME = "vercel"


def complete(record: SpanRecord, facts: Facts, span: Told) -> None:
    """Read when the first chunk came, which is told in milliseconds."""
    if (first := milliseconds(facts.hints.get("FirstChunkMs"))) is not None:
        record.first_chunk_ms = first
