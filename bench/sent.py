"""What agents of the benchmark of ingestion send; no two requests are the same."""

import json
import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count
from typing import Any
from uuid import uuid4

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

STEPS = 10

Bodies = list[bytes]


def events(number: int, size: int) -> Bodies:
    """Return batches of events: runs of ten steps, half of them model calls."""
    now, steps = datetime.now(UTC).isoformat(), _steps()
    return [
        json.dumps({"events": [{**next(steps), "timestamp": now} for _ in range(size)]}).encode()
        for _ in range(number)
    ]


def _steps() -> Iterator[dict[str, Any]]:
    run = ""
    for turn in count():
        run = run if turn % STEPS else uuid4().hex
        call = {"provider": "openai", "model": "gpt-4o", "input_tokens": 900, "output_tokens": 90}
        tool = {"tool_name": "lookup_order", "action": "read", "cost_tokens": 500}
        is_call = turn % 2
        yield {
            "event_id": str(uuid4()),
            "event_type": "llm.complete" if is_call else "ToolCall",
            "instance_id": "bench",
            "payload": {"run_id": run, "latency_ms": 1_234, **(call if is_call else tool)},
        }


def traces(number: int, size: int) -> Bodies:
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
