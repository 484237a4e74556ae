"""What every client of these does alike: export to the receiver, ask the model server, one tool."""

import os

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

MODEL = "gpt-5.2"
MODEL_URL = os.environ["MODEL_URL"] + "/v1"
INSTRUCTIONS = "You know where orders are."
QUESTION = "Where is order 7?"


def exporting(service: str) -> TracerProvider:
    """Return a provider whose spans go to the receiver; `shutdown()` sends what is left."""
    provider = TracerProvider(resource=Resource.create({"service.name": service}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return provider


def lookup_order(order: int) -> str:
    """Say where an order is.

    Args:
        order: the number of the order
    """
    return f"Order {order} left on Monday."
