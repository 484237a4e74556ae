"""Requests made by hand, in both forms of OTLP, from the same plain values."""

import json
from dataclasses import dataclass, field
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from telemetry.otlp import read_traces
from telemetry.records import Rejected, SpanRecord

NOW_NS = 1_795_881_600 * 10**9
SECOND_NS = 10**9
PROTOBUF, JSON = "application/x-protobuf", "application/json"


@dataclass
class Made:
    """A span to be sent; events are (name, attributes) and happen a second after the start."""

    attributes: dict[str, Any] = field(default_factory=dict)
    name: str = "work"
    trace_id: str = "0af7651916cd43dd8448eb211c80319c"
    span_id: str = "b7ad6b7169203331"
    parent_id: str = ""
    kind: int = 1
    started_ns: int = NOW_NS - 10 * SECOND_NS
    ended_ns: int = NOW_NS - 5 * SECOND_NS
    status: int = 0
    message: str = ""
    events: list[tuple[str, dict[str, Any]]] = field(default_factory=list)


def any_value(value: Any) -> AnyValue:
    match value:
        case bool():
            return AnyValue(bool_value=value)
        case int():
            return AnyValue(int_value=value)
        case float():
            return AnyValue(double_value=value)
        case str():
            return AnyValue(string_value=value)
        case bytes():
            return AnyValue(bytes_value=value)
        case list():
            return AnyValue(array_value={"values": map(any_value, value)})
        case dict():
            return AnyValue(kvlist_value={"values": pairs(value)})
    return AnyValue()


def pairs(attributes: dict[str, Any]) -> list[KeyValue]:
    return [KeyValue(key=key, value=any_value(value)) for key, value in attributes.items()]


def json_value(value: Any) -> dict[str, Any]:
    match value:
        case bool():
            return {"boolValue": value}
        case int():
            return {"intValue": str(value)}
        case float():
            return {"doubleValue": value if abs(value) < 1e300 else str(value)}
        case str():
            return {"stringValue": value}
        case list():
            return {"arrayValue": {"values": [json_value(each) for each in value]}}
        case dict():
            return {"kvlistValue": {"values": json_pairs(value)}}
    return {}


def json_pairs(attributes: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"key": key, "value": json_value(value)} for key, value in attributes.items()]


def in_protobuf(
    *spans: Made, resource: dict[str, Any] | None = None, scope: str = "library"
) -> bytes:
    request = ExportTraceServiceRequest()
    group = request.resource_spans.add()
    group.resource.attributes.extend(pairs(resource or {}))
    scoped = group.scope_spans.add()
    scoped.scope.name = scope
    for made in spans:
        span = Span(
            trace_id=bytes.fromhex(made.trace_id),
            span_id=bytes.fromhex(made.span_id),
            parent_span_id=bytes.fromhex(made.parent_id),
            name=made.name,
            kind=made.kind,
            start_time_unix_nano=made.started_ns,
            end_time_unix_nano=made.ended_ns,
            attributes=pairs(made.attributes),
            status={"code": made.status, "message": made.message},
        )
        for name, attributes in made.events:
            at = made.started_ns + SECOND_NS
            span.events.add(name=name, time_unix_nano=at, attributes=pairs(attributes))
        scoped.spans.append(span)
    return request.SerializeToString()


def in_json(*spans: Made, resource: dict[str, Any] | None = None, scope: str = "library") -> bytes:
    told = [
        {
            "traceId": made.trace_id,
            "spanId": made.span_id,
            "parentSpanId": made.parent_id,
            "name": made.name,
            "kind": made.kind,
            "startTimeUnixNano": str(made.started_ns),
            "endTimeUnixNano": str(made.ended_ns),
            "attributes": json_pairs(made.attributes),
            "status": {"code": made.status, "message": made.message},
            "events": [
                {
                    "name": name,
                    "timeUnixNano": str(made.started_ns + SECOND_NS),
                    "attributes": json_pairs(attributes),
                }
                for name, attributes in made.events
            ],
        }
        for made in spans
    ]
    group = {
        "resource": {"attributes": json_pairs(resource or {})},
        "scopeSpans": [{"scope": {"name": scope}, "spans": told}],
    }
    return json.dumps({"resourceSpans": [group]}).encode()


def both(
    *spans: Made, resource: dict[str, Any] | None = None, scope: str = "library"
) -> tuple[list[SpanRecord], list[Rejected]]:
    """Read the spans in both forms; what they mean must not depend on it."""
    binary = read_traces(
        in_protobuf(*spans, resource=resource, scope=scope), PROTOBUF, now_ns=NOW_NS
    )
    text = read_traces(in_json(*spans, resource=resource, scope=scope), JSON, now_ns=NOW_NS)
    for rejected in (*binary[1], *text[1]):
        has_body = rejected.body or "larger" in rejected.reason
        assert has_body, "what is refused can be put aside"
        rejected.body = b""  # it is as it was sent, so it differs
    assert binary == text
    return binary


def understood(
    attributes: dict[str, Any],
    *,
    resource: dict[str, Any] | None = None,
    scope: str = "library",
    **more: Any,
) -> SpanRecord:
    """Return the record of one span."""
    (record,), rejected = both(Made(attributes, **more), resource=resource, scope=scope)
    assert rejected == []
    return record
