"""What went wrong: the span's status, its exceptions, and what the answer over HTTP said."""

from telemetry.dialects.facts import Facts
from telemetry.dialects.reading import LONGEST_ERROR, short, text
from telemetry.dialects.told import Attributes, Told
from telemetry.records import ExceptionRecord, SpanRecord

EXCEPTION = "exception"
MOST_EXCEPTIONS = 16
LONGEST_STACK = 32_000
_FAILED_OVER_HTTP = 400


def settle_failure(record: SpanRecord, facts: Facts, span: Told) -> None:
    """Fill status, error and exceptions of a record from all places that tell of them."""
    told = [event.attributes for event in span.events if event.name == EXCEPTION]
    if "ExceptionType" in facts.hints or "ExceptionMessage" in facts.hints:
        told.append(span.attributes)
    record.exceptions = [_exception(attributes) for attributes in told[:MOST_EXCEPTIONS]]
    level = str(facts.hints.get("Level", "")).upper()
    if span.failed or record.error_type or level == "ERROR":
        record.status = "error"
    elif span.failed is False:
        record.status = "ok"
    if record.status == "error":
        _explain(record, facts, span)


def _explain(record: SpanRecord, facts: Facts, span: Told) -> None:
    last = record.exceptions[-1] if record.exceptions else ExceptionRecord()
    answered = facts.hints.get("HttpStatus") or 0
    over_http = str(answered) if answered >= _FAILED_OVER_HTTP else ""
    record.error_type = record.error_type or last.type or over_http
    message = span.status_message or last.message or facts.hints.get("StatusMessage", "")
    record.error_message = message[:LONGEST_ERROR]


def _exception(told: Attributes) -> ExceptionRecord:
    return ExceptionRecord(
        type=short(told.get("exception.type")),
        message=text(told.get("exception.message"))[:LONGEST_ERROR],
        stacktrace=text(told.get("exception.stacktrace"))[:LONGEST_STACK],
    )
