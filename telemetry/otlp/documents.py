"""The shapes of OTLP's documents in JSON, as far as they are read."""

from typing import Any

import msgspec


class Wire(msgspec.Struct, gc=False, rename="camel"):
    """What all parts of the document have in common."""


class AnyValue(Wire):
    string_value: Any = None
    int_value: Any = None
    bool_value: Any = None
    double_value: Any = None
    bytes_value: Any = None
    array_value: "ArrayValue | None" = None
    kvlist_value: "KeyValueList | None" = None


class ArrayValue(Wire):
    values: list[AnyValue | None] | None = None


class KeyValue(Wire):
    key: str = ""
    value: AnyValue | None = None


class KeyValueList(Wire):
    values: list[KeyValue] | None = None


class Event(Wire):
    name: str | None = None
    time_unix_nano: Any = None
    attributes: list[KeyValue] | None = None


class Status(Wire):
    code: Any = None
    message: str | None = None


class Span(Wire):
    trace_id: str | None = None
    span_id: str | None = None
    parent_span_id: str | None = None
    name: str | None = None
    kind: Any = None
    start_time_unix_nano: Any = None
    end_time_unix_nano: Any = None
    status: Status | None = None
    attributes: list[KeyValue] | None = None
    events: list[Event] | None = None


class Resource(Wire):
    attributes: list[KeyValue] | None = None


class Scope(Wire):
    name: str | None = None
    attributes: list[KeyValue] | None = None


class ScopeSpans(Wire):
    scope: Scope | None = None
    spans: list[msgspec.Raw] | None = None


class ResourceSpans(Wire):
    resource: Resource | None = None
    scope_spans: list[ScopeSpans] | None = None


class SpansRequest(Wire):
    resource_spans: list[ResourceSpans] | None = None


class Points(Wire):
    data_points: list[msgspec.Raw] | None = None


class Metric(Wire):
    gauge: Points | None = None
    sum: Points | None = None
    histogram: Points | None = None
    exponential_histogram: Points | None = None
    summary: Points | None = None


class LogRecord(Wire):
    time_unix_nano: Any = None
    observed_time_unix_nano: Any = None
    trace_id: str | None = None
    span_id: str | None = None
    event_name: str | None = None
    body: AnyValue | None = None
    attributes: list[KeyValue] | None = None


class ScopeMetrics(Wire):
    metrics: list[msgspec.Raw] | None = None


class ResourceMetrics(Wire):
    scope_metrics: list[ScopeMetrics] | None = None


class MetricsRequest(Wire):
    resource_metrics: list[ResourceMetrics] | None = None


class ScopeLogs(Wire):
    scope: Scope | None = None
    log_records: list[msgspec.Raw] | None = None


class ResourceLogs(Wire):
    resource: Resource | None = None
    scope_logs: list[ScopeLogs] | None = None


class LogsRequest(Wire):
    resource_logs: list[ResourceLogs] | None = None


SPAN_REQUEST_DECODER = msgspec.json.Decoder(SpansRequest)
METRICS_REQUEST_DECODER = msgspec.json.Decoder(MetricsRequest)
LOGS_REQUEST_DECODER = msgspec.json.Decoder(LogsRequest)
SPAN_DECODER = msgspec.json.Decoder(Span)
METRIC_DECODER = msgspec.json.Decoder(Metric)
LOG_RECORD_DECODER = msgspec.json.Decoder(LogRecord)
