"""Spans of ARM itself, for the collector of who runs it.

They are sent by OTLP over HTTP where OpenTelemetry's own variables name a collector
(`OTEL_EXPORTER_OTLP_ENDPOINT`); otherwise nothing is loaded and nothing is kept. A span tells what
was done, for which organization, how it ended and how long it took: no content, no parameters, no
addresses. Sending happens in a thread of its own; what a collector that is away cannot take is
dropped beyond a bounded queue.
"""

import os
import secrets
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from enum import StrEnum
from functools import lru_cache
from typing import Any

from armproject.lib import context
from armproject.lib.context import RequestInfo

ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
# Says that a request brings spans of ARM itself: one about it would bring the next one.
OWN = "X-ARM-Own-Spans"
SAMPLED = 1

Attributes = Mapping[str, str | int]


class Kind(StrEnum):
    """On which side of a call the span stands; the names are OpenTelemetry's."""

    SERVER = "SERVER"
    CLIENT = "CLIENT"
    CONSUMER = "CONSUMER"
    INTERNAL = "INTERNAL"


def is_telling() -> bool:
    """Say whether spans are sent anywhere."""
    return _processor() is not None


def tell(
    name: str,
    kind: Kind,
    step: RequestInfo,
    seconds: float,
    attributes: Attributes,
    *,
    failed: bool = False,
) -> None:
    """Hand over the span of a step that ended now, if spans are sent anywhere."""
    processor = _processor()
    if processor is not None and step.trace_id:
        ended = time.time_ns()
        began = ended - int(seconds * 1e9)
        processor.on_end(_span(name, kind, step, (began, ended), attributes, failed=failed))


@contextmanager
def step(name: str, kind: Kind, attributes: dict[str, str | int]) -> Iterator[None]:
    """Run a block as a step of its own; it may add attributes, and fails by what it raises."""
    now = context.current()
    if _processor() is None or not now.request.trace_id:
        yield
        return
    own = replace(now.request, span_id=secrets.token_hex(8), parent_id=now.request.span_id)
    began, failed = time.perf_counter(), True
    try:
        with context.use(replace(now, request=own)):
            yield
        failed = False
    finally:
        with context.use(now):
            tell(name, kind, own, time.perf_counter() - began, attributes, failed=failed)


def flush() -> None:
    """Send what waits, for as long as a batch may take."""
    processor = _processor()
    if processor is not None:
        processor.force_flush()


@lru_cache(maxsize=1)
def _processor() -> Any:
    """Return what sends spans, or None where no collector is named."""
    is_off = os.environ.get("OTEL_SDK_DISABLED", "").lower() == "true"
    if is_off or not any(os.environ.get(name) for name in ENDPOINTS):
        return None
    import requests  # noqa: PLC0415 - a quarter of a second that only those pay who send spans
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import (  # noqa: PLC0415
        OTLPSpanExporter,
    )
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

    session = requests.Session()
    session.headers[OWN] = "1"
    return BatchSpanProcessor(OTLPSpanExporter(session=session))


@lru_cache(maxsize=1)
def _resource() -> Any:
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415

    name = os.environ.get("OTEL_SERVICE_NAME") or "arm"
    return Resource.create({"service.name": name})


def _span(
    name: str,
    kind: Kind,
    step: RequestInfo,
    times: tuple[int, int],
    attributes: Attributes,
    *,
    failed: bool,
) -> Any:
    from opentelemetry.sdk.trace import ReadableSpan  # noqa: PLC0415
    from opentelemetry.trace import SpanKind, Status, StatusCode  # noqa: PLC0415

    organization = context.organization_id()
    own = {"arm.organization_id": str(organization)} if organization else {}
    began, ended = times
    return ReadableSpan(
        name,
        context=_place(step.trace_id, step.span_id),
        parent=_place(step.trace_id, step.parent_id) if step.parent_id else None,
        resource=_resource(),
        attributes={**attributes, **own, "arm.request_id": step.request_id},
        kind=SpanKind[kind.value],
        status=Status(StatusCode.ERROR if failed else StatusCode.UNSET),
        start_time=began,
        end_time=ended,
    )


def _place(trace_id: str, span_id: str) -> Any:
    from opentelemetry.trace import SpanContext, TraceFlags  # noqa: PLC0415

    flags = TraceFlags(SAMPLED)
    return SpanContext(int(trace_id, 16), int(span_id, 16), is_remote=False, trace_flags=flags)
