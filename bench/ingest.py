"""Ingestion over HTTP, answered after commit: events and spans a second, beside two references.

One is a serializer of Django REST framework with bulk_create, which keeps the same events and
nothing that follows from them; the other is a bare COPY of the very rows ARM kept, into a table
without indexes. Every request differs, was made before the clock runs, and is counted only when
it was answered as accepted; at the end the rows in the table are counted, too.
"""

import json
import os
import statistics
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from bench import plain_tables
from bench.databases import cloned, open_database, url_of
from bench.estate import Estate, draw_key, found
from bench.load import post_all
from bench.rows import Row, say
from bench.server import serving

NAME = "arm_bench_ingest"
EVENTS, TRACES = "/api/v1/telemetry/events", "/v1/traces"
FASTER, FASTER_ALONE, LEAST, SHARE = 25.0, 15.0, 30_000.0, 0.5
LINES = 4
STEPS = 10

Bodies = list[bytes]
Speeds = dict[str, list[float]]


def run(*, quick: bool) -> list[Row]:
    """Measure in rounds, one variant after the other, and compare the variants of each round."""
    open_database(NAME, found, 0)
    rounds, scale = (3, 1) if quick else (7, 4)
    with cloned(NAME) as name:
        estate = Estate(0, url_of(name), draw_key())
        plain_tables.make(name)
        with (
            serving(estate) as ours,
            serving(estate, "bench.plain_ingest:application") as plain,
        ):
            speeds = _rounds(ours, plain, estate.key, rounds, scale)
        return _rows(speeds, name)


def _rounds(ours: int, plain: int, key: str, rounds: int, scale: int) -> Speeds:
    speeds: Speeds = {}
    for number in range(rounds + 1):  # the first one warms up
        say(f"ingest: round {number} of {rounds}")
        for name, speed in _variants(ours, plain, key, scale):
            if number:
                speeds.setdefault(name, []).append(speed)
    return speeds


def _variants(ours: int, plain: int, key: str, scale: int) -> Iterator[tuple[str, float]]:
    yield "1000", _speed(ours, EVENTS, key, _events(20 * scale, 1_000), 1_000)
    yield "DRF 1000", _speed(plain, EVENTS, key, _events(2 * scale, 1_000), 1_000)
    yield "100", _speed(ours, EVENTS, key, _events(60 * scale, 100), 100)
    yield "1", _speed(ours, EVENTS, key, _events(300 * scale, 1), 1, lines=16)
    yield "DRF 1", _speed(plain, EVENTS, key, _events(150 * scale, 1), 1, lines=16)
    yield "spans", _speed(ours, TRACES, key, _traces(60 * scale, 100), 100, kind="x-protobuf")


def _speed(
    port: int,
    path: str,
    key: str,
    bodies: Bodies,
    size: int,
    *,
    lines: int = LINES,
    kind: str = "json",
) -> float:
    headers = {"Authorization": f"Bearer {key}", "Content-Type": f"application/{kind}"}
    began = time.perf_counter()
    post_all(port, path, headers, bodies, lines=lines)
    return len(bodies) * size / (time.perf_counter() - began)


def _events(number: int, size: int) -> Bodies:
    """Return batches of events: runs of ten steps, half of them model calls."""
    now = datetime.now(UTC).isoformat()
    return [json.dumps({"events": list(_batch(size, now))}).encode() for _ in range(number)]


def _batch(size: int, now: str) -> Iterator[dict[str, Any]]:
    run = ""
    for turn in range(size):
        run = run if turn % STEPS else uuid4().hex
        call = {"provider": "openai", "model": "gpt-4o", "input_tokens": 900, "output_tokens": 90}
        tool = {"tool_name": "lookup_order", "action": "read", "cost_tokens": 500}
        is_call = turn % 2
        yield {
            "event_id": str(uuid4()),
            "event_type": "llm.complete" if is_call else "ToolCall",
            "timestamp": now,
            "instance_id": "bench",
            "payload": {"run_id": run, "latency_ms": 1_234, **(call if is_call else tool)},
        }


def _traces(number: int, size: int) -> Bodies:
    """Return requests of an exporter: traces of ten spans with ten attributes each."""
    return [_trace(size).SerializeToString() for _ in range(number)]


def _trace(size: int) -> ExportTraceServiceRequest:
    request, now = ExportTraceServiceRequest(), time.time_ns()
    resource = request.resource_spans.add()
    _put(resource.resource, "service.name", "bench")
    spans = resource.scope_spans.add().spans
    trace, top = b"", b""
    for turn in range(size):
        if turn % STEPS == 0:
            trace, top = os.urandom(16), os.urandom(8)
        span = spans.add(
            trace_id=trace,
            span_id=os.urandom(8) if turn % STEPS else top,
            parent_span_id=top if turn % STEPS else b"",
            name="chat gpt-4o",
            start_time_unix_nano=now - 10**9,
            end_time_unix_nano=now,
        )
        for key, value in ATTRIBUTES.items():
            _put(span, key, value)
    return request


ATTRIBUTES: dict[str, str | int] = {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "openai",
    "gen_ai.request.model": "gpt-4o",
    "gen_ai.response.model": "gpt-4o-2024-08-06",
    "gen_ai.usage.input_tokens": 900,
    "gen_ai.usage.output_tokens": 90,
    "gen_ai.agent.name": "bench",
    "gen_ai.conversation.id": "conversation-1",
    "server.address": "api.openai.com",
    "gen_ai.response.id": "chatcmpl-123",
}


def _put(owner: Any, key: str, value: str | int) -> None:
    attribute = owner.attributes.add(key=key)
    if isinstance(value, int):
        attribute.value.int_value = value
    else:
        attribute.value.string_value = value


def _rows(speeds: Speeds, name: str) -> list[Row]:
    copied = plain_tables.copy_again(name)
    return [
        Row("events, 1,000 a request", _median(speeds, "1000"), "events/s", LEAST),
        Row("events, 1,000 a request, against DRF", _times(speeds, "1000"), "times", FASTER),
        Row("a bare COPY of the same rows", copied, "rows/s"),
        Row("events visible / bare COPY", _median(speeds, "1000") / copied, "share", SHARE),
        Row("events, 100 a request", _median(speeds, "100"), "events/s"),
        Row("events, one a request", _median(speeds, "1"), "events/s"),
        Row("events, one a request, against DRF", _times(speeds, "1"), "times", FASTER_ALONE),
        Row("spans, 100 a request", _median(speeds, "spans"), "spans/s"),
    ]


def _median(speeds: Speeds, name: str) -> float:
    return statistics.median(speeds[name])


def _times(speeds: Speeds, name: str) -> float:
    pairs = zip(speeds[name], speeds[f"DRF {name}"], strict=True)
    return statistics.median(ours / plain for ours, plain in pairs)
