"""The steps of a run as a tree, small enough to draw thousands of them at once."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from telemetry.models import Run, RunStatus
from telemetry.reports.run_spans import spans_of

MOST_DRAWN = 20_000
MICROSECOND = 1_000_000


class Step(NamedTuple):
    """What is drawn of one span."""

    id: Any
    span_id: int
    parent_id: int | None
    started_at: datetime
    duration_us: int | None
    kind: str
    status: str
    name: str
    model: str
    input_tokens: int | None
    output_tokens: int | None
    cost: Decimal | None
    tool_name: str
    counted: bool


@dataclass(frozen=True, slots=True)
class Tree:
    """Steps from top to bottom, each with its depth; `left_out` were too many to draw."""

    steps: list[tuple[Step, int]]
    left_out: int


def run_tree(run: Run) -> Tree:
    """Return the steps of a run in the order of a depth-first walk, the earliest first.

    A step whose parent was not told stands at the top.
    """
    rows = spans_of(run).values_list(*Step._fields)
    steps = [Step(*row) for row in rows[:MOST_DRAWN]]
    return Tree(list(_walk(steps)), max(run.spans - len(steps), 0))


def drawn(run: Run, tree: Tree) -> list[list[Any]]:
    """Return the tree as rows of plain values, as the page's script takes them.

    A row: id, depth, name, kind, status, offset and duration in microseconds, model, tokens, cost.
    """
    return [
        [
            str(step.id),
            depth,
            step.tool_name or step.name,
            step.kind,
            step.status,
            _offset(run.started_at, step.started_at),
            _length(run, step),
            step.model,
            _tokens(step),
            None if step.cost is None else str(step.cost),
        ]
        for step, depth in tree.steps
    ]


def _walk(steps: Sequence[Step]) -> Iterator[tuple[Step, int]]:
    """Walk without recursion, because nobody promises how deep a trace is; cycles are cut."""
    known = {step.span_id for step in steps}
    below: dict[int | None, list[Step]] = defaultdict(list)
    for step in steps:
        below[step.parent_id if step.parent_id in known else None].append(step)
    seen: set[int] = set()
    yield from _down(below.pop(None, []), below, seen)
    for step in steps:  # those that only hang on each other
        if step.span_id not in seen:
            yield from _down([step], below, seen)


def _down(
    tops: Sequence[Step], below: dict[int | None, list[Step]], seen: set[int]
) -> Iterator[tuple[Step, int]]:
    waiting = [(step, 0) for step in reversed(tops)]
    while waiting:
        step, depth = waiting.pop()
        if step.span_id in seen:
            continue
        seen.add(step.span_id)
        yield step, depth
        waiting += [(child, depth + 1) for child in reversed(below.get(step.span_id, []))]


def _length(run: Run, step: Step) -> int | None:
    """Return how long a step took; one whose end was not told lasts as long as its run."""
    if step.duration_us is not None or run.status == RunStatus.RUNNING:
        return step.duration_us
    return _offset(step.started_at, run.ended_at)


def _offset(start: datetime, at: datetime) -> int:
    passed = at - start
    return (passed.days * 86_400 + passed.seconds) * MICROSECOND + passed.microseconds


def _tokens(step: Step) -> int | None:
    if step.input_tokens is None and step.output_tokens is None:
        return None
    return (step.input_tokens or 0) + (step.output_tokens or 0)
