"""A span freed of what must not be kept."""

from collections.abc import Sequence

from telemetry.content.redacting import Redactor
from telemetry.records import SpanRecord

FACTS = ("name", "error_type", "error_message")
TEXTS = ("instructions", "tool_arguments", "tool_result")


def free_facts(records: Sequence[SpanRecord], redactor: Redactor) -> None:
    """Redact what is kept of spans where nothing is kept of their content.

    Most hold nothing to take out, and many the same, so all are looked at in one go, each text
    once, and halved where there is something.
    """
    waiting = [[(record, _facts(record)) for record in records]] if records else []
    while waiting:
        part = waiting.pop()
        if not redactor.may_find("\n".join({told for _, told in part})):
            continue
        if len(part) == 1:
            _free_facts(part[0][0], redactor)
        else:
            middle = len(part) // 2
            waiting += [part[:middle], part[middle:]]


def free(record: SpanRecord, redactor: Redactor) -> None:
    """Redact everything of a span that people, models or tools may have said, in its place."""
    _free_facts(record, redactor)
    for name in TEXTS:
        setattr(record, name, redactor.text(getattr(record, name)))
    for message in (*record.messages_in, *record.messages_out):
        message.parts = redactor.value(message.parts)
    for exception in record.exceptions:
        exception.message = redactor.text(exception.message)
        exception.stacktrace = redactor.text(exception.stacktrace)
    for evaluation in record.evaluations:
        evaluation.explanation = redactor.text(evaluation.explanation)


def _facts(record: SpanRecord) -> str:
    told = record.attributes
    values = [value if type(value) is str else str(value) for value in told.values()]
    labels = [each.label for each in record.evaluations]
    return "\n".join([*(getattr(record, name) for name in FACTS), *told, *values, *labels])


def _free_facts(record: SpanRecord, redactor: Redactor) -> None:
    for name in FACTS:
        setattr(record, name, redactor.text(getattr(record, name)))
    record.attributes = redactor.value(record.attributes)
    for evaluation in record.evaluations:
        evaluation.label = redactor.text(evaluation.label)
