"""The order in which things were said in a run, found without opening any of them."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from accounts.sealing import unseal_row
from armproject.lib.crypto import Undecryptable
from telemetry.content.packing import unpacked
from telemetry.models import Message, Run, Span, SpanContent, SpanKind
from telemetry.models.span_content import AROUND
from telemetry.reports.run_spans import spans_of

MOST_STEPS = 5_000
TICK = timedelta(microseconds=1)
TELLING = (SpanKind.LLM, SpanKind.TOOL)


class Place(NamedTuple):
    """Where one message stands: when the run first knew of it, and which step heard or said it."""

    id: UUID
    at: datetime
    span_id: int
    is_answer: bool


class Said(NamedTuple):
    """One message: when the run first knew of it, and the step that heard or said it."""

    id: UUID
    at: datetime
    role: str
    parts: list[dict[str, Any]]
    span_id: int
    is_answer: bool
    is_cut: bool


@dataclass(frozen=True, slots=True)
class Kept:
    """How much of a run's content there is.

    `left_out` counts calls of models and tools of whose content nothing is kept; `modes` are those
    under which the rest was kept, `redacted` counts what was taken out of it.
    """

    modes: list[str]
    redacted: Mapping[str, int]
    left_out: int
    is_cut: bool


@dataclass(frozen=True, slots=True)
class Page:
    """Some of the messages of a run, opened."""

    kept: Kept
    messages: list[Said]


class Contents:
    """What is kept of the first 5,000 steps of a run that tell content."""

    def __init__(self, run: Run) -> None:
        days = (run.started_at.date(), run.ended_at.date())
        rows = SpanContent.objects.of_run(run.pk, *days).order_by("at", "id")
        self.rows = list(rows[:MOST_STEPS])
        self.steps: Mapping[int, Span] = {step.span_id: step for step in _steps(run)}
        self.run = run

    @property
    def telling(self) -> list[Span]:
        """The steps that called models or tools."""
        return [step for step in self.steps.values() if step.kind in TELLING]

    def kept(self) -> Kept:
        told = {row.span_id for row in self.rows}
        return Kept(
            modes=sorted({row.mode for row in self.rows}),
            # A page asks for `redacted.items`, which a Counter takes for a thing it counted.
            redacted=dict(sum((Counter(row.redacted) for row in self.rows), Counter())),
            left_out=sum(step.span_id not in told for step in self.telling),
            is_cut=len(self.rows) == MOST_STEPS or any(row.is_cut for row in self.rows),
        )

    def places(self) -> list[Place]:
        """Return each message that is kept where the run first knew of it, in time.

        What was said comes before what follows from it. Models are sent the whole conversation
        with every call, so most of what they hear was there.
        """
        here = set(self._messages().values_list("pk", flat=True)) if self.rows else set()
        places: dict[UUID, Place] = {}
        for at, is_heard, row in sorted(self._moments(), key=lambda each: each[:2]):
            for pk in row.heard if is_heard else row.said:
                if pk in here and pk not in places:
                    places[pk] = Place(pk, at, row.span_id, not is_heard)
        return list(places.values())

    def opened(self, places: Collection[Place]) -> Iterator[Said]:
        """Open the messages at these places; what cannot be opened any more is left out."""
        wanted = self._messages().filter(pk__in=[each.id for each in places]) if places else ()
        rows = {row.pk: row for row in wanted}
        for place in places:
            row = rows.get(place.id)
            told = opened(row) if row else {}
            if row and told:
                yield Said(
                    place.id,
                    place.at,
                    str(told["role"]),
                    told["parts"],
                    place.span_id,
                    place.is_answer,
                    row.is_cut,
                )

    def _messages(self) -> Any:
        first = min(row.day for row in self.rows) - AROUND
        last = max(row.day for row in self.rows)
        return Message.objects.filter(run_id=self.run.pk, day__range=(first, last)).order_by()

    def _moments(self) -> Iterator[tuple[datetime, bool, SpanContent]]:
        for row in self.rows:
            step = self.steps.get(row.span_id)
            began = row.at if step is None else min(row.at, step.started_at)
            ended = row.at if step is None else step.ended_at or row.at
            yield began, True, row
            yield max(ended, began + TICK), False, row


def opened(row: Message | SpanContent) -> dict[str, Any]:
    """Return what is sealed in a row; nothing where its key is gone."""
    table = row._meta.db_table
    try:
        return unpacked(unseal_row(row.sealed, table=table, row_id=row.pk, column="sealed"))
    except Undecryptable:
        return {}


def _steps(run: Run) -> Any:
    wanted = ("span_id", "kind", "status", "started_at", "duration_us", "tool_name", "name")
    rows = spans_of(run).only(*wanted, "tool_call_id", "error_type", "error_message")
    return rows[:MOST_STEPS]
