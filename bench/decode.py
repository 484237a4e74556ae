"""Reading OTLP: bytes to records that mean something, beside protobuf's own reading of bytes."""

import json
import statistics
import time
from collections.abc import Callable

from google.protobuf.json_format import MessageToDict
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue

from bench.rows import Row, say
from telemetry.otlp import read_traces

SPANS, TRACE = 100, 10
MICROSECONDS, SECOND_NS = 1e6, 10**9
MOST_US, TIMES_FASTER = 40.0, 1.5

Numbers = dict[str, list[float]]


def run(*, quick: bool) -> list[Row]:
    """Measure in rounds, one reader after the other, and compare the readers of each round."""
    request = _request()
    binary, text = request.SerializeToString(), _in_json(request)
    readers: dict[str, Callable[[], object]] = {
        "protobuf": lambda: read_traces(binary, "application/x-protobuf"),
        "json": lambda: read_traces(text, "application/json"),
        "plain": lambda: MessageToDict(ExportTraceServiceRequest.FromString(binary)),
    }
    numbers: Numbers = {name: [] for name in readers}
    rounds = 5 if quick else 15
    for number in range(rounds):
        say(f"decode: round {number + 1} of {rounds}")
        for name, read in readers.items():
            numbers[name].append(_cpu(read))
    return _rows(numbers, len(binary))


def _rows(numbers: Numbers, size: int) -> list[Row]:
    ratios = [
        plain / ours for plain, ours in zip(numbers["plain"], numbers["protobuf"], strict=True)
    ]
    return [
        Row("decode, size of a span in protobuf", size / SPANS, "bytes"),
        Row("decode, a span in protobuf", min(numbers["protobuf"]), "µs", MOST_US, at_most=True),
        Row("decode, a span in JSON", min(numbers["json"]), "µs"),
        Row("MessageToDict alone, a span", min(numbers["plain"]), "µs"),
        Row(
            "decode, against MessageToDict alone", statistics.median(ratios), "times", TIMES_FASTER
        ),
    ]


def _cpu(read: Callable[[], object]) -> float:
    """Return the CPU time of a span in microseconds, the best of ten requests."""
    spent = []
    for _ in range(10):
        began = time.process_time()
        read()
        spent.append(time.process_time() - began)
    return min(spent) / SPANS * MICROSECONDS


def _request() -> ExportTraceServiceRequest:
    """Return traces of an agent's span and nine calls of a model, ten attributes each."""
    request = ExportTraceServiceRequest()
    group = request.resource_spans.add()
    group.resource.attributes.extend(_pairs({"service.name": "desk", "service.version": "4.2"}))
    scoped = group.scope_spans.add()
    scoped.scope.name = "bench"
    now = time.time_ns()
    for number in range(SPANS):
        first = number // TRACE * TRACE
        span = scoped.spans.add(
            trace_id=(first + 1).to_bytes(16),
            span_id=(number + 1).to_bytes(8),
            parent_span_id=b"" if number == first else (first + 1).to_bytes(8),
            name="chat gpt-5.2",
            kind=3,
            start_time_unix_nano=now - SECOND_NS,
            end_time_unix_nano=now,
        )
        span.attributes.extend(_pairs(_attributes(number, is_agent=number == first)))
    return request


def _attributes(number: int, *, is_agent: bool) -> dict[str, str | int]:
    return {
        "gen_ai.operation.name": "invoke_agent" if is_agent else "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "gpt-5.2",
        "gen_ai.response.model": "gpt-5.2-2026-01-15",
        "gen_ai.response.id": f"chatcmpl-{number}",
        "gen_ai.agent.name": "support-agent",
        "gen_ai.conversation.id": "conversation-9",
        "gen_ai.usage.input_tokens": 1_200 + number,
        "gen_ai.usage.output_tokens": 300 + number,
        "server.address": "api.openai.com",
    }


def _pairs(attributes: dict[str, str | int]) -> list[KeyValue]:
    return [
        KeyValue(
            key=key,
            value=AnyValue(string_value=told)
            if isinstance(told, str)
            else AnyValue(int_value=told),
        )
        for key, told in attributes.items()
    ]


def _in_json(request: ExportTraceServiceRequest) -> bytes:
    """Return the request as OTLP writes it in JSON, where ids are hex digits."""
    document = MessageToDict(request)
    spans = document["resourceSpans"][0]["scopeSpans"][0]["spans"]
    for told, span in zip(spans, request.resource_spans[0].scope_spans[0].spans, strict=True):
        told["traceId"], told["spanId"] = span.trace_id.hex(), span.span_id.hex()
        told["parentSpanId"] = span.parent_span_id.hex()
    return json.dumps(document).encode()
