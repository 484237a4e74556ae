"""OTLP in protobuf. Only the frame is walked here; each span is decoded alone.

So one damaged span costs no other, spans are counted before anything is built of them, and no
more than one is in memory as protobuf's own object.
"""

import base64
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from google.protobuf.message import DecodeError
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, InstrumentationScope, KeyValue
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord
from opentelemetry.proto.metrics.v1.metrics_pb2 import Metric
from opentelemetry.proto.resource.v1.resource_pb2 import Resource
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from armproject.lib.errors import InvalidInput
from telemetry.dialects.told import Attributes, Event, Origin, Told
from telemetry.otlp.values import (
    DEEPEST,
    MOST_ATTRIBUTES,
    MOST_EVENTS,
    double,
    notes_of,
    text,
)

MALFORMED = "The body is not the protobuf it says it is."
_LENGTH_DELIMITED = 2
_VARINT, _FIXED_64, _FIXED_32 = 0, 1, 5
# Requests of all three signals are framed alike: groups of a resource, in them groups of a scope,
# in them what is told. These are the numbers of the fields.
_GROUPS = 1
_RESOURCE, _SCOPED = 1, 2
_SCOPE, _ITEMS = 1, 2
_FAILED = {Status.STATUS_CODE_OK: False, Status.STATUS_CODE_ERROR: True}

_CLEAN: dict[str, Callable[[Any], object]] = {
    "string_value": text,
    "int_value": int,
    "bool_value": bool,
    "double_value": double,
    "bytes_value": lambda told: base64.b64encode(told).decode(),
}


def spans(body: bytes) -> Iterator[tuple[Origin, bytes]]:
    """Yield each span of an ExportTraceServiceRequest as its bytes, with where it comes from.

    Raises `InvalidInput` where the frame is damaged.
    """
    for group in _parts(body, _GROUPS):
        resource = _resource(b"".join(_parts(group, _RESOURCE)))
        for scoped in _parts(group, _SCOPED):
            origin = _origin(resource, b"".join(_parts(scoped, _SCOPE)))
            for span in _parts(scoped, _ITEMS):
                yield origin, span


def metrics(body: bytes) -> Iterator[int | None]:
    """Yield how many points each metric of a request has; None for a damaged one."""
    for metric in _items(body):
        yield _points(metric)


def logs(body: bytes) -> Iterator[int | None]:
    """Yield 1 for each log record of a request; None for a damaged one."""
    for record in _items(body):
        yield _one_record(record)


def answered(rejected: int, message: str) -> bytes:
    """Return the answer to a request; those to all three signals are the same bytes."""
    answer = ExportTraceServiceResponse()
    if rejected or message:
        answer.partial_success.rejected_spans = rejected
        answer.partial_success.error_message = message
    return answer.SerializeToString()


def _items(body: bytes) -> Iterator[bytes]:
    for group in _parts(body, _GROUPS):
        for scoped in _parts(group, _SCOPED):
            yield from _parts(scoped, _ITEMS)


def _points(data: bytes) -> int | None:
    try:
        metric = Metric.FromString(data)
    except DecodeError:
        return None
    kind = metric.WhichOneof("data")
    return len(getattr(metric, kind).data_points) if kind else 0


def _one_record(data: bytes) -> int | None:
    try:
        LogRecord.FromString(data)
    except DecodeError:
        return None
    return 1


def decoded(data: bytes) -> Told | None:
    """Return the span in these bytes, or None where they are none."""
    try:
        span = Span.FromString(data)
    except DecodeError:
        return None
    attributes = _attributes(span.attributes)
    return Told(
        trace_id=span.trace_id.hex(),
        span_id=span.span_id.hex(),
        parent_id=span.parent_span_id.hex(),
        name=text(span.name),
        is_client=span.kind == Span.SPAN_KIND_CLIENT,
        started_ns=span.start_time_unix_nano,
        ended_ns=span.end_time_unix_nano,
        failed=_FAILED.get(span.status.code),
        status_message=text(span.status.message),
        attributes=attributes,
        events=[
            Event(text(event.name), event.time_unix_nano, _attributes(event.attributes))
            for event in span.events[:MOST_EVENTS]
        ],
        notes=notes_of(len(data), attributes, len(span.attributes)),
    )


def _resource(data: bytes) -> Attributes:
    try:
        return _attributes(Resource.FromString(data).attributes)
    except DecodeError:
        raise InvalidInput(MALFORMED) from None


def _origin(resource: Attributes, data: bytes) -> Origin:
    try:
        scope = InstrumentationScope.FromString(data)
    except DecodeError:
        raise InvalidInput(MALFORMED) from None
    return Origin(resource, text(scope.name), _attributes(scope.attributes))


def _attributes(told: Sequence[KeyValue]) -> Attributes:
    """Read attributes; most are short strings, so these are tried first."""
    found: Attributes = {}
    for each in told[:MOST_ATTRIBUTES] if len(told) > MOST_ATTRIBUTES else told:
        words = each.value.string_value
        found[text(each.key)] = text(words) if words else _value(each.value, DEEPEST)
    return found


def _value(value: AnyValue, depth: int) -> object:
    kind = value.WhichOneof("value")
    if kind is None:
        return None
    if kind == "array_value" and depth:
        return [_value(each, depth - 1) for each in value.array_value.values]
    if kind == "kvlist_value" and depth:
        pairs = value.kvlist_value.values
        return {text(each.key): _value(each.value, depth - 1) for each in pairs}
    clean = _CLEAN.get(kind)
    return clean(getattr(value, kind)) if clean else None


def _parts(data: bytes, wanted: int) -> Iterator[bytes]:
    """Yield the contents of a message's field that holds messages; other fields are passed by."""
    at, end = 0, len(data)
    while at < end:
        tag, at = _varint(data, at)
        kind = tag & 7
        if kind == _LENGTH_DELIMITED:
            length, at = _varint(data, at)
            if at + length > end:
                raise InvalidInput(MALFORMED)
            if tag >> 3 == wanted:
                yield data[at : at + length]
            at += length
        elif kind == _VARINT:
            at = _varint(data, at)[1]
        elif kind in (_FIXED_64, _FIXED_32):
            at += 8 if kind == _FIXED_64 else 4
        else:
            raise InvalidInput(MALFORMED)
    if at > end:
        raise InvalidInput(MALFORMED)


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """Read a number of up to 64 bits; returns it and where the next thing begins."""
    number = shift = 0
    try:
        while True:
            byte = data[at]
            at += 1
            number |= (byte & 0x7F) << shift
            if byte < 0x80:  # noqa: PLR2004 - the bit that says that more follows
                return number, at
            shift += 7
            if shift > 63:  # noqa: PLR2004
                raise InvalidInput(MALFORMED)
    except IndexError:
        raise InvalidInput(MALFORMED) from None
