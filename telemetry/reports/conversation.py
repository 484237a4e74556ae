"""What was said in a run, as people read it: each thing once, in time."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from accounts.sealing import unseal_row
from armproject.lib.crypto import Undecryptable
from telemetry.content.packing import unpacked
from telemetry.content.tool_calls import Asked, ToolCall, ToolStep, tool_calls
from telemetry.models import Message, Run, Span, SpanContent, SpanKind
from telemetry.models.span_content import AROUND
from telemetry.reports.run_spans import spans_of

MOST_STEPS = 5_000
TICK = timedelta(microseconds=1)
MOST_MESSAGES = 5_000
TOOL_PARTS = frozenset({"tool_call", "tool_call_response"})
TELLING = (SpanKind.LLM, SpanKind.TOOL)


class Said(NamedTuple):
    """One message: when the run first knew of it, and the step that heard or said it."""

    id: UUID
    at: datetime
    role: str
    parts: list[dict[str, Any]]
    span_id: int
    is_answer: bool
    is_cut: bool


class Failure(NamedTuple):
    """What a step failed with, and where in the agent's code."""

    at: datetime
    span_id: int
    type: str
    message: str
    stacktrace: str


@dataclass(frozen=True, slots=True)
class Conversation:
    """What is kept of a run's content.

    `left_out` counts calls of models and tools of whose content nothing is kept; `modes` are those
    under which the rest was kept, `redacted` counts what was taken out of it.
    """

    messages: list[Said]
    tool_calls: list[ToolCall]
    failures: list[Failure]
    modes: list[str]
    redacted: Mapping[str, int]
    left_out: int
    is_cut: bool


class _Known(NamedTuple):
    """A message that is kept, opened."""

    told: dict[str, Any]
    is_cut: bool


def conversation(run: Run) -> Conversation:
    """Return what was said in a run. What cannot be opened any more is left out."""
    days = (run.started_at.date(), run.ended_at.date())
    contents = list(SpanContent.objects.of_run(run.pk, *days).order_by("at", "id")[:MOST_STEPS])
    steps = {step.span_id: step for step in _steps(run)}
    rests = {row.pk: _opened(row) for row in contents if row.sealed is not None}
    messages = list(_in_time(contents, steps, _known(run, contents)))
    asked = [
        Asked(part, said.at)
        for said in messages
        for part in said.parts
        if part.get("type") in TOOL_PARTS
    ]
    told = {row.span_id: rests.get(row.pk) or {} for row in contents if row.pk in rests}
    kept = {row.span_id for row in contents}
    telling = [step for step in steps.values() if step.kind in TELLING]
    return Conversation(
        messages=messages[:MOST_MESSAGES],
        tool_calls=tool_calls(asked, _tool_steps(telling, told)),
        failures=list(_failures(contents, rests)),
        modes=sorted({row.mode for row in contents}),
        redacted=sum((Counter(row.redacted) for row in contents), Counter()),
        left_out=sum(step.span_id not in kept for step in telling),
        is_cut=len(messages) > MOST_MESSAGES
        or len(contents) == MOST_STEPS
        or any(row.is_cut for row in contents),
    )


def _steps(run: Run) -> Any:
    wanted = ("span_id", "kind", "status", "started_at", "duration_us", "tool_name", "name")
    rows = spans_of(run).only(*wanted, "tool_call_id", "error_type", "error_message")
    return rows[:MOST_STEPS]


def _known(run: Run, contents: list[SpanContent]) -> dict[UUID, _Known]:
    wanted = {pk for row in contents for pk in (*row.heard, *row.said)}
    if not wanted:
        return {}
    first = min(row.day for row in contents) - AROUND
    last = max(row.day for row in contents)
    rows = Message.objects.filter(run_id=run.pk, day__range=(first, last)).order_by()
    return {row.pk: _Known(_opened(row), row.is_cut) for row in rows if row.pk in wanted}


def _opened(row: Message | SpanContent) -> dict[str, Any]:
    """Return what is sealed in a row; nothing where its key is gone."""
    table = row._meta.db_table
    try:
        return unpacked(unseal_row(row.sealed, table=table, row_id=row.pk, column="sealed"))
    except Undecryptable:
        return {}


def _in_time(
    contents: list[SpanContent], steps: Mapping[int, Span], known: Mapping[UUID, _Known]
) -> Iterator[Said]:
    """Yield each message where the run first knew of it; what was said comes before what follows.

    Models are sent the whole conversation with every call, so most of what they hear was there.
    """
    seen: set[UUID] = set()
    for at, is_heard, row in sorted(_moments(contents, steps), key=lambda each: each[:2]):
        for pk in row.heard if is_heard else row.said:
            message = known.get(pk)
            if pk in seen or message is None or not message.told:
                continue
            seen.add(pk)
            told = message.told
            parts, role = told["parts"], str(told["role"])
            yield Said(pk, at, role, parts, row.span_id, not is_heard, message.is_cut)


def _moments(
    contents: list[SpanContent], steps: Mapping[int, Span]
) -> Iterator[tuple[datetime, bool, SpanContent]]:
    for row in contents:
        step = steps.get(row.span_id)
        began = row.at if step is None else min(row.at, step.started_at)
        ended = row.at if step is None else step.ended_at or row.at
        yield began, True, row
        yield max(ended, began + TICK), False, row


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
