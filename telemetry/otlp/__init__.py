"""OTLP over HTTP: bodies of exporters' requests in, records and answers out."""

from telemetry.otlp.answering import Signal, answer
from telemetry.otlp.log_events import LoggedSpan, read_log_events
from telemetry.otlp.reading import JSON, PROTOBUF, read_logs, read_metrics, read_span, read_traces
from telemetry.otlp.refusing import refusal

__all__ = [
    "JSON",
    "PROTOBUF",
    "LoggedSpan",
    "Signal",
    "answer",
    "read_log_events",
    "read_logs",
    "read_metrics",
    "read_span",
    "read_traces",
    "refusal",
]
