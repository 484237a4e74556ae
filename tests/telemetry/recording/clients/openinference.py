"""An agent of the OpenAI Agents SDK with a tool and a hand-over; plain chat calls beside it."""

import os

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

provider = TracerProvider(resource=Resource.create({"service.name": "triage"}))
provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))

import openai
from openinference.instrumentation import using_session, using_user
from openinference.instrumentation.openai import OpenAIInstrumentor
from openinference.instrumentation.openai_agents import (
    OpenAIAgentsInstrumentor,
)

from agents import (
    Agent,
    OpenAIChatCompletionsModel,
    OpenAIResponsesModel,
    Runner,
    function_tool,
)

OpenAIAgentsInstrumentor().instrument(tracer_provider=provider)
options = {
    "base_url": os.environ["MODEL_URL"] + "/v1",
    "api_key": "not-a-key",
    "max_retries": 0,
}
model_client = openai.AsyncOpenAI(**options)


@function_tool
def lookup_order(order: int) -> str:
    """Say where an order is."""
    return f"Order {order} left on Monday."


def run(name: str, model: object, question: str) -> None:
    agent = Agent(
        name=name, instructions="You know where orders are.", tools=[lookup_order], model=model
    )
    Runner.run_sync(agent, question)


with using_session("session-5"), using_user("user-3"):
    run("Orders", OpenAIResponsesModel("gpt-5.2", model_client), "Where is order 7?")
    run("Chatty", OpenAIChatCompletionsModel("gpt-5.2", model_client), "Where is order 7?")
try:
    run("Refused", OpenAIResponsesModel("gpt-5.2", model_client), "overload")
except openai.RateLimitError as refused:
    print(type(refused).__name__)

OpenAIInstrumentor().instrument(tracer_provider=provider)
client = openai.OpenAI(**options)
client.chat.completions.create(
    model="gpt-5.2",
    messages=[
        {"role": "system", "content": "You know where orders are."},
        {"role": "user", "content": "Where is order 7?"},
    ],
)
client.embeddings.create(model="text-embedding-3-small", input="Where is order 7?")
provider.shutdown()
