"""OpenTelemetry's conventions for generative AI: what most libraries speak, and what we speak."""

from telemetry.dialects.facts import Facts
from telemetry.dialects.told import Told
from telemetry.records import SpanRecord

NAME = "genai"
# `{operation} {target}` is how the conventions name spans.
_TARGETS = {
    "invoke_agent ": "agent_name",
    "create_agent ": "agent_name",
    "execute_tool ": "tool_name",
}


def complete(record: SpanRecord, facts: Facts, span: Told) -> None:
    """Read the target of an operation from the span's name where no attribute tells it."""
    for beginning, field in _TARGETS.items():
        if span.name.startswith(beginning) and not getattr(record, field):
            setattr(record, field, span.name[len(beginning) :][:200])
