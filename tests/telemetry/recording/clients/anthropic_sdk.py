"""The SDK's own spans: an answer, a tool call, a refusal, and reading an agent."""

import os

from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

provider = TracerProvider(resource=Resource.create({"service.name": "claims"}))
provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
trace.set_tracer_provider(provider)
os.environ["ANTHROPIC_OPEN_TELEMETRY_TRACES_CONTENT_MODE"] = "content"

import anthropic

client = anthropic.Anthropic(base_url=os.environ["MODEL_URL"], api_key="not-a-key", max_retries=0)
TOOL = {
    "name": "lookup_order",
    "description": "Say where an order is.",
    "input_schema": {"type": "object", "properties": {"order": {"type": "integer"}}},
}


def ask(text: str, **more: object) -> None:
    client.messages.create(
        model="claude-opus-5",
        max_tokens=100,
        messages=[{"role": "user", "content": text}],
        **more,
    )


ask("Where is order 7?", system="You know where orders are.")
ask("Where is order 7?", tools=[TOOL])
try:
    ask("overload")
except anthropic.RateLimitError as refused:
    print(type(refused).__name__)
provider.shutdown()
