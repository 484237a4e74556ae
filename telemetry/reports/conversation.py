"""What was said in a run, as people read it: each thing once, in time."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from telemetry.content.tool_calls import Asked, ToolCall, ToolStep, tool_calls
from telemetry.models import Run, Span, SpanContent, SpanKind
from telemetry.reports.places import Contents, Kept, Said, opened

MOST_MESSAGES = 5_000
TOOL_PARTS = frozenset({"tool_call", "tool_call_response"})


class Failure(NamedTuple):
    """What a step failed with, and where in the agent's code."""

    at: datetime
    span_id: int
    type: str
    message: str
    stacktrace: str


@dataclass(frozen=True, slots=True)
class Conversation(Kept):
    """What is kept of a run's content, the first 5,000 messages of it."""

    messages: list[Said]
    tool_calls: list[ToolCall]
    failures: list[Failure]


def conversation(run: Run) -> Conversation:
    """Return what was said in a run. What cannot be opened any more is left out."""
    contents = Contents(run)
    places, kept = contents.places(), contents.kept()
    rests = {row.pk: opened(row) for row in contents.rows if row.sealed is not None}
    messages = list(contents.opened(places[:MOST_MESSAGES]))
    asked = [
        Asked(part, said.at)
        for said in messages
        for part in said.parts
        if part.get("type") in TOOL_PARTS
    ]
    told = {row.span_id: rests.get(row.pk) or {} for row in contents.rows if row.pk in rests}
    return Conversation(
        modes=kept.modes,
        redacted=kept.redacted,
        left_out=kept.left_out,
        is_cut=kept.is_cut or len(places) > MOST_MESSAGES,
        messages=messages,
        tool_calls=tool_calls(asked, _tool_steps(contents.telling, told)),
        failures=list(_failures(contents.rows, rests)),
    )


def _tool_steps(telling: list[Span], told: Mapping[int, dict[str, Any]]) -> Iterator[ToolStep]:
    for step in telling:
        if step.kind != SpanKind.TOOL:
            continue
        content = told.get(step.span_id, {})
        yield ToolStep(
            step.span_id,
            step.tool_call_id,
            step.tool_name or step.name,
            step.started_at,
            step.duration_us,
            step.status,
            step.error_message or step.error_type,
            content.get("arguments"),
            content.get("result"),
        )


def _failures(
    contents: list[SpanContent], rests: Mapping[UUID, dict[str, Any]]
) -> Iterator[Failure]:
    for row in contents:
        for told in rests.get(row.pk, {}).get("exceptions", []):
            yield Failure(row.at, row.span_id, told["type"], told["message"], told["stacktrace"])
