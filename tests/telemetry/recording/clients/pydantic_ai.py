"""A support agent with one tool, and a question that is refused."""

import os

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

RESOURCE = {
    "service.name": "helpdesk",
    "service.version": "4.2",
    "deployment.environment.name": "staging",
    "service.instance.id": "helpdesk-1",
}
provider = TracerProvider(resource=Resource.create(RESOURCE))
provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))

from openai import AsyncOpenAI
from pydantic_ai import Agent, InstrumentationSettings
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.providers.openai import OpenAIProvider

client = AsyncOpenAI(base_url=os.environ["MODEL_URL"] + "/v1", api_key="not-a-key", max_retries=0)
agent = Agent(
    OpenAIChatModel("gpt-5.2", provider=OpenAIProvider(openai_client=client)),
    name="support-agent",
    system_prompt="You know where orders are.",
)


@agent.tool_plain
def lookup_order(order: int) -> str:
    """Say where an order is."""
    return f"Order {order} left on Monday."


Agent.instrument_all(InstrumentationSettings(tracer_provider=provider))
agent.run_sync("Where is order 7?")
Agent.instrument_all(InstrumentationSettings(tracer_provider=provider, version=2))
agent.run_sync("Where is order 7?")
try:
    agent.run_sync("overload")
except Exception as refused:
    print(type(refused).__name__)
provider.shutdown()
