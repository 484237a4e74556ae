"""OTLP over HTTP: bodies of exporters' requests in, records and answers out."""

from telemetry.otlp.answering import Signal, answer
from telemetry.otlp.reading import read_logs, read_metrics, read_traces

__all__ = ["Signal", "answer", "read_logs", "read_metrics", "read_traces"]
