"""Keep judgements that spans tell of."""

from collections.abc import Iterator, Sequence
from math import isfinite
from uuid import UUID

from accounts.fence import current_organization_id
from telemetry import identity
from telemetry.models import ContentMode, Feedback, FeedbackSource
from telemetry.records import EvaluationRecord, SpanRecord


def keep_evaluations(
    records: Sequence[SpanRecord], modes: Sequence[str], origins: Sequence[str]
) -> int:
    """Keep what evaluators thought, in the caller's transaction; what is kept already stays.

    `modes` and `origins` are those of the spans, in their order: explanations may quote content.
    Returns how many judgements were told.
    """
    organization = current_organization_id()
    rows = {
        row.pk: row
        for record, mode, origin in zip(records, modes, origins, strict=True)
        if record.evaluations
        for row in _rows(organization, record, mode, origin)
    }
    if rows:
        ordered = [rows[pk] for pk in sorted(rows)]
        Feedback.objects.bulk_create(ordered, ignore_conflicts=True)
    return len(rows)


def _rows(organization: UUID, record: SpanRecord, mode: str, origin: str) -> Iterator[Feedback]:
    run = identity.run_id(organization, record.trace_id)
    for number, told in enumerate(record.evaluations):
        name = f"{record.trace_id}/{record.span_id}/{origin}/{told.name}/{number}"
        row = Feedback(
            id=identity.feedback_id(organization, name),
            run_id=run,
            trace_id=UUID(record.trace_id),
            span_id=identity.signed(record.span_id),
            source=FeedbackSource.EVALUATOR,
            score=_score(told),
            tag=told.name[:100],
            label=told.label[:200],
        )
        if told.explanation and mode != ContentMode.METADATA_ONLY:
            row.say(told.explanation)
        yield row


def _score(told: EvaluationRecord) -> float | None:
    return told.score if told.score is not None and isfinite(told.score) else None
