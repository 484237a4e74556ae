"""A span freed of what must not be kept."""

from telemetry.content.redacting import Redactor
from telemetry.records import SpanRecord

TEXTS = ("error_message", "instructions", "tool_arguments", "tool_result")


def free(record: SpanRecord, redactor: Redactor) -> None:
    """Redact everything of a span that people, models or tools may have said, in its place."""
    for name in TEXTS:
        setattr(record, name, redactor.text(getattr(record, name)))
    record.attributes = redactor.value(record.attributes)
    for message in (*record.messages_in, *record.messages_out):
        message.parts = redactor.value(message.parts)
    for exception in record.exceptions:
        exception.message = redactor.text(exception.message)
        exception.stacktrace = redactor.text(exception.stacktrace)
    for evaluation in record.evaluations:
        evaluation.explanation = redactor.text(evaluation.explanation)
