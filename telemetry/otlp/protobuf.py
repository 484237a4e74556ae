"""OTLP in protobuf. Only the frame is walked here; each span is decoded alone.

So one damaged span costs no other, spans are counted before anything is built of them, and no
more than one is in memory as protobuf's own object.
"""

import base64
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from google.protobuf.message import DecodeError
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, InstrumentationScope, KeyValue
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord
from opentelemetry.proto.metrics.v1.metrics_pb2 import Metric
from opentelemetry.proto.resource.v1.resource_pb2 import Resource
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from armproject.lib.errors import InvalidInput, TooLarge
from telemetry.dialects.told import Attributes, Event, Logged, Origin, Told
from telemetry.otlp.values import (
    DEEPEST,
    MOST_ATTRIBUTES,
    MOST_EVENTS,
    double,
    notes_of,
    text,
)

MALFORMED = "The body is not the protobuf it says it is."
MOST_FIELDS = 100_000
MOST_NESTED = 50_000
_Each = TypeVar("_Each")

# How a field is written; how many bytes numbers of 64 and 32 bits take.
_VARINT, _LENGTH_DELIMITED = 0, 2
_FIXED = {1: 8, 5: 4}
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
    frame = _Frame()
    for group in frame.parts(body, _GROUPS):
        resource = _resource(b"".join(frame.parts(group, _RESOURCE)))
        for scoped in frame.parts(group, _SCOPED):
            origin = _origin(resource, b"".join(frame.parts(scoped, _SCOPE)))
            for span in frame.parts(scoped, _ITEMS):
                yield origin, span


def metrics(body: bytes) -> Iterator[int | None]:
    """Yield how many points each metric of a request has; None for a damaged one."""
    for metric in _items(body):
        yield _points(metric)


def logs(body: bytes) -> Iterator[int | None]:
    """Yield 1 for each log record of a request; None for a damaged one."""
    for record in _items(body):
        yield _one_record(record)


def placed_logs(body: bytes) -> Iterator[tuple[Origin, bytes]]:
    """Yield each log record of a request as its bytes; they are framed like spans."""
    return spans(body)


def answered(rejected: int, message: str) -> bytes:
    """Return the answer to a request; those to all three signals are the same bytes."""
    answer = ExportTraceServiceResponse()
    if rejected or message:
        answer.partial_success.rejected_spans = rejected
        answer.partial_success.error_message = message
    return answer.SerializeToString()


def _items(body: bytes) -> Iterator[bytes]:
    frame = _Frame()
    for group in frame.parts(body, _GROUPS):
        for scoped in frame.parts(group, _SCOPED):
            yield from frame.parts(scoped, _ITEMS)


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
    values = _Values()
    attributes = values.attributes(span.attributes)
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
            Event(text(event.name), event.time_unix_nano, values.attributes(event.attributes))
            for event in span.events[:MOST_EVENTS]
        ],
        notes=notes_of(len(data), attributes, len(span.attributes)),
    )


def decoded_log(data: bytes) -> Logged | None:
    """Return the log record in these bytes, or None where they are none."""
    try:
        record = LogRecord.FromString(data)
    except DecodeError:
        return None
    values = _Values()
    return Logged(
        trace_id=record.trace_id.hex(),
        span_id=record.span_id.hex(),
        name=text(record.event_name),
        at_ns=record.time_unix_nano or record.observed_time_unix_nano,
        attributes=values.attributes(record.attributes),
        body=values.value(record.body),
    )


def _resource(data: bytes) -> Attributes:
    try:
        return _Values().attributes(Resource.FromString(data).attributes)
    except DecodeError:
        raise InvalidInput(MALFORMED) from None


def _origin(resource: Attributes, data: bytes) -> Origin:
    try:
        scope = InstrumentationScope.FromString(data)
    except DecodeError:
        raise InvalidInput(MALFORMED) from None
    return Origin(resource, text(scope.name), _Values().attributes(scope.attributes))


class _Values:
    """Values of one span; what lists and objects hold beyond 50,000 in all is left out."""

    def __init__(self) -> None:
        self._left = MOST_NESTED

    def attributes(self, told: Sequence[KeyValue]) -> Attributes:
        """Read attributes; most are short strings, so these are tried first."""
        found: Attributes = {}
        for each in told[:MOST_ATTRIBUTES] if len(told) > MOST_ATTRIBUTES else told:
            value = each.value
            words = value.string_value
            found[text(each.key)] = text(words) if words else self._value(value, DEEPEST)
        return found

    def value(self, told: AnyValue) -> object:
        return self._value(told, DEEPEST)

    def _value(self, value: AnyValue, depth: int) -> object:
        kind = value.WhichOneof("value")
        if kind is None:
            return None
        if kind == "array_value" and depth:
            some = self._some(value.array_value.values)
            return [self._value(each, depth - 1) for each in some]
        if kind == "kvlist_value" and depth:
            pairs = self._some(value.kvlist_value.values)
            return {text(each.key): self._value(each.value, depth - 1) for each in pairs}
        clean = _CLEAN.get(kind)
        return clean(getattr(value, kind)) if clean else None

    def _some(self, values: Sequence[_Each]) -> Sequence[_Each]:
        some = values[: self._left] if len(values) > self._left else values
        self._left -= len(some)
        return some


class _Frame:
    """A walk through the frame of one request, which ends where there is too much of it."""

    def __init__(self) -> None:
        self._left = MOST_FIELDS

    def parts(self, data: bytes, wanted: int) -> Iterator[bytes]:
        """Yield the contents of a field that holds messages; other fields are passed by."""
        at, end = 0, len(data)
        while at < end:
            self._left -= 1
            if self._left < 0:
                raise TooLarge("The request holds too many parts; send fewer at a time.")
            tag, at = _varint(data, at)
            began, at = _passed(data, at, tag & 7)
            if at > end:
                raise InvalidInput(MALFORMED)
            if tag >> 3 == wanted and tag & 7 == _LENGTH_DELIMITED:
                yield data[began:at]


def _passed(data: bytes, at: int, kind: int) -> tuple[int, int]:
    """Return where the content of a field of this kind begins and ends."""
    if kind == _LENGTH_DELIMITED:
        length, at = _varint(data, at)
        return at, at + length
    if kind == _VARINT:
        return at, _varint(data, at)[1]
    if kind not in _FIXED:
        raise InvalidInput(MALFORMED)
    return at, at + _FIXED[kind]


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
