"""Requests of OpenTelemetry's exporters, read and answered: spans as records, the rest counted."""

import time
from collections.abc import Iterable
from itertools import islice
from types import ModuleType

import structlog

from armproject.lib.errors import InvalidInput, TooLarge
from telemetry.dialects.told import Origin
from telemetry.dialects.understanding import Place, place_of, understand
from telemetry.dialects.wrappers import mark_wrappers
from telemetry.otlp import json, protobuf
from telemetry.otlp.checking import fault_of, is_span_id
from telemetry.putaside import of_span
from telemetry.records import Rejected, SpanRecord

log = structlog.get_logger(__name__)

JSON = "application/json"
PROTOBUF = "application/x-protobuf"
_FORMS = {JSON: json, PROTOBUF: protobuf, "application/protobuf": protobuf}

MOST_ITEMS = 10_000
LARGEST_SPAN = 4 * 2**20
UNREADABLE = "It is not what the protocol says such a thing is."
DEFECT = "ARM could not understand the span; it is kept aside."
OVERSIZED = f"The span is larger than {LARGEST_SPAN:,} bytes."


def read_traces(
    body: bytes, content_type: str, *, now_ns: int | None = None
) -> tuple[list[SpanRecord], list[Rejected]]:
    """Return the spans of an ExportTraceServiceRequest, and what of it cannot be kept.

    `body` is unpacked already; `now_ns` is the present in nanoseconds since 1970.
    Raises `InvalidInput` where the body cannot be read, so that sending it again is in vain, and
    `TooLarge` over 10,000 spans.
    """
    form = form_of(content_type)
    now_ns = time.time_ns() if now_ns is None else now_ns
    parts = list(islice(form.spans(body), MOST_ITEMS + 1))
    _refuse_many(len(parts), "spans")
    kept, rejected = [], []
    for index, (place, (origin, data)) in enumerate(zip(_places(parts), parts, strict=True)):
        found = _read(form, data, place, now_ns)
        if isinstance(found, SpanRecord):
            kept.append(found)
        else:
            found.index = index
            found.body = of_span(data, content_type, origin)
            rejected.append(found)
    mark_wrappers(kept)
    return kept, rejected


def read_span(
    data: bytes, content_type: str, origin: Origin
) -> tuple[list[SpanRecord], list[Rejected]]:
    """Return one span that comes from there as `read_traces` would, or why it cannot be kept."""
    found = _read(form_of(content_type), data, place_of(origin), time.time_ns())
    return ([found], []) if isinstance(found, SpanRecord) else ([], [found])


def read_metrics(body: bytes, content_type: str) -> tuple[int, list[Rejected]]:
    """Return how many points a request for metrics holds, and which of its metrics are damaged.

    Raises `InvalidInput` and `TooLarge` like `read_traces`.
    """
    return _counted(form_of(content_type).metrics(body), "metrics")


def read_logs(body: bytes, content_type: str) -> tuple[int, list[Rejected]]:
    """Return how many records a request for logs holds, and which of them are damaged.

    Raises `InvalidInput` and `TooLarge` like `read_traces`.
    """
    return _counted(form_of(content_type).logs(body), "log records")


def form_of(content_type: str) -> ModuleType:
    name = content_type.partition(";")[0].strip().lower()
    if name not in _FORMS:
        raise InvalidInput(f"Send the body as {PROTOBUF} or {JSON} and say so in Content-Type.")
    return _FORMS[name]


def is_json(content_type: str) -> bool:
    """Say whether a request came in JSON, so that its answer has to."""
    return _FORMS.get(content_type.partition(";")[0].strip().lower()) is json


def _places(parts: Iterable[tuple[Origin, bytes]]) -> Iterable[Place]:
    """Look at where spans come from once for all that come from there."""
    last: Origin | None = None
    place = place_of(Origin())
    for origin, _ in parts:
        if origin is not last:
            last, place = origin, place_of(origin)
        yield place


def _read(form: ModuleType, data: bytes, place: Place, now_ns: int) -> SpanRecord | Rejected:
    if len(data) > LARGEST_SPAN:
        return Rejected(0, OVERSIZED)
    span = form.decoded(data)
    if span is None:
        return Rejected(0, UNREADABLE)
    if fault := fault_of(span, now_ns):
        return Rejected(0, fault, span.span_id if is_span_id(span.span_id) else "")
    try:
        return understand(span, place)
    except Exception:  # one span is no reason to refuse the others
        log.exception("span_not_understood")
        return Rejected(0, DEFECT, span.span_id)


def _counted(counts: Iterable[int | None], what: str) -> tuple[int, list[Rejected]]:
    found = list(islice(counts, MOST_ITEMS + 1))
    _refuse_many(len(found), what)
    rejected = [Rejected(n, UNREADABLE) for n, count in enumerate(found) if count is None]
    return sum(filter(None, found)), rejected


def _refuse_many(count: int, what: str) -> None:
    if count > MOST_ITEMS:
        raise TooLarge(f"The request holds more than {MOST_ITEMS:,} {what}; send fewer at a time.")
