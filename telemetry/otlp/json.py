"""OTLP in JSON. Like in protobuf, each span is decoded alone.

The mapping is that of OTLP, not of protobuf: ids are hex digits, and names are lowerCamelCase.
Integers may be numbers or strings and enumerations numbers or names, as clients differ; unknown
fields are passed by, and the last of repeated keys wins.
"""

from collections.abc import Iterator
from typing import TypeVar

import msgspec

from armproject.lib.errors import InvalidInput, TooLarge
from telemetry.dialects.loose_json import DAMAGES, mended
from telemetry.dialects.told import Attributes, Event, Logged, Origin, Told
from telemetry.otlp.documents import (
    LOG_RECORD_DECODER,
    LOGS_REQUEST_DECODER,
    METRIC_DECODER,
    METRICS_REQUEST_DECODER,
    SPAN_DECODER,
    SPAN_REQUEST_DECODER,
    AnyValue,
    KeyValue,
    Scope,
    Status,
)
from telemetry.otlp.values import (
    DEEPEST,
    MOST_ATTRIBUTES,
    MOST_EVENTS,
    double,
    integer,
    notes_of,
    text,
)

Document = TypeVar("Document")

MOST_OBJECTS = 1_000_000
_CLIENT = (3, "3", "SPAN_KIND_CLIENT")
_FAILED = {
    **dict.fromkeys((1, "1", "STATUS_CODE_OK"), False),
    **dict.fromkeys((2, "2", "STATUS_CODE_ERROR"), True),
}


def spans(body: bytes) -> Iterator[tuple[Origin, bytes]]:
    """Yield each span of an ExportTraceServiceRequest as its bytes, with where it comes from.

    Raises `InvalidInput` where the document is damaged.
    """
    for group in _whole(SPAN_REQUEST_DECODER, body).resource_spans or ():
        resource = _attributes(group.resource.attributes if group.resource else None)
        for scoped in group.scope_spans or ():
            scope = scoped.scope or Scope()
            origin = Origin(resource, text(scope.name or ""), _attributes(scope.attributes))
            for span in scoped.spans or ():
                yield origin, bytes(span)


def metrics(body: bytes) -> Iterator[int | None]:
    """Yield how many points each metric of a request has; None for a damaged one."""
    for group in _whole(METRICS_REQUEST_DECODER, body).resource_metrics or ():
        for scoped in group.scope_metrics or ():
            for metric in scoped.metrics or ():
                yield _points(bytes(metric))


def logs(body: bytes) -> Iterator[int | None]:
    """Yield 1 for each log record of a request; None for a damaged one."""
    for group in _whole(LOGS_REQUEST_DECODER, body).resource_logs or ():
        for scoped in group.scope_logs or ():
            for record in scoped.log_records or ():
                yield _one_record(bytes(record))


def placed_logs(body: bytes) -> Iterator[tuple[Origin, bytes]]:
    """Yield each log record of a request as its bytes, with where it comes from."""
    for group in _whole(LOGS_REQUEST_DECODER, body).resource_logs or ():
        resource = _attributes(group.resource.attributes if group.resource else None)
        for scoped in group.scope_logs or ():
            scope = scoped.scope or Scope()
            origin = Origin(resource, text(scope.name or ""), _attributes(scope.attributes))
            for record in scoped.log_records or ():
                yield origin, bytes(record)


def answered(rejected: int, message: str, counter: str) -> bytes:
    """Return the answer to a request; `counter` is what the signal calls what it did not take."""
    if not rejected and not message:
        return b"{}"
    told = {counter: str(rejected), "errorMessage": message}
    return msgspec.json.encode({"partialSuccess": told})


def decoded(data: bytes) -> Told | None:
    """Return the span in these bytes, or None where they are none."""
    try:
        span = SPAN_DECODER.decode(data)
    except DAMAGES:
        return None
    status = span.status or Status()
    attributes = _attributes(span.attributes)
    return Told(
        trace_id=(span.trace_id or "").lower(),
        span_id=(span.span_id or "").lower(),
        parent_id=(span.parent_span_id or "").lower(),
        name=text(span.name or ""),
        is_client=span.kind in _CLIENT,
        started_ns=integer(span.start_time_unix_nano),
        ended_ns=integer(span.end_time_unix_nano),
        failed=_FAILED.get(status.code) if isinstance(status.code, int | str) else None,
        status_message=text(status.message or ""),
        attributes=attributes,
        events=[
            Event(
                text(event.name or ""), integer(event.time_unix_nano), _attributes(event.attributes)
            )
            for event in (span.events or ())[:MOST_EVENTS]
        ],
        notes=notes_of(len(data), attributes, len(span.attributes or ())),
    )


def decoded_log(data: bytes) -> Logged | None:
    """Return the log record in these bytes, or None where they are none."""
    try:
        record = LOG_RECORD_DECODER.decode(data)
    except DAMAGES:
        return None
    at = integer(record.time_unix_nano) or integer(record.observed_time_unix_nano)
    return Logged(
        trace_id=(record.trace_id or "").lower(),
        span_id=(record.span_id or "").lower(),
        name=text(record.event_name or ""),
        at_ns=at,
        attributes=_attributes(record.attributes),
        body=_value(record.body, DEEPEST),
    )


def _attributes(told: list[KeyValue] | None) -> Attributes:
    return {each.key: _value(each.value, DEEPEST) for each in (told or ())[:MOST_ATTRIBUTES]}


def _value(value: AnyValue | None, depth: int) -> object:
    if value is None:
        return None
    if isinstance(value.string_value, str):
        return text(value.string_value)
    if value.int_value is not None:
        return integer(value.int_value)
    if isinstance(value.bool_value, bool):
        return value.bool_value
    if value.double_value is not None:
        return _double(value.double_value)
    return _nested(value, depth - 1)


def _nested(value: AnyValue, depth: int) -> object:
    if isinstance(value.bytes_value, str):
        return text(value.bytes_value)
    if depth < 0:
        return None
    if value.array_value is not None:
        return [_value(each, depth) for each in value.array_value.values or ()]
    if value.kvlist_value is not None:
        return {
            text(each.key): _value(each.value, depth) for each in value.kvlist_value.values or ()
        }
    return None


def _double(told: object) -> float | str | None:
    try:
        return double(float(told))  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        return None


def _points(data: bytes) -> int | None:
    try:
        metric = METRIC_DECODER.decode(data)
    except DAMAGES:
        return None
    kinds = (
        metric.gauge,
        metric.sum,
        metric.histogram,
        metric.exponential_histogram,
        metric.summary,
    )
    return sum(len(kind.data_points or ()) for kind in kinds if kind)


def _one_record(data: bytes) -> int | None:
    try:
        LOG_RECORD_DECODER.decode(data)
    except DAMAGES:
        return None
    return 1


def _whole(decoder: msgspec.json.Decoder[Document], body: bytes) -> Document:
    """Read a document of one type.

    Raises `InvalidInput` where it is not of that type, `TooLarge` over a million objects.
    """
    if body.count(b"{") > MOST_OBJECTS:
        raise TooLarge(f"The JSON holds more than {MOST_OBJECTS:,} objects; send it in parts.")
    try:
        return decoder.decode(mended(body))
    except DAMAGES:
        raise InvalidInput("The body is not OTLP in JSON.") from None
