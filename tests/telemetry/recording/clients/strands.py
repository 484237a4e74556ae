"""An agent of Strands with a tool; the SDK's own tracing."""

from exporting import INSTRUCTIONS, MODEL, MODEL_URL, QUESTION, exporting, lookup_order
from opentelemetry import trace

provider = exporting("helpdesk")
trace.set_tracer_provider(provider)

from strands import Agent, tool
from strands.models.openai import OpenAIModel

agent = Agent(
    name="orders",
    model=OpenAIModel(
        client_args={"api_key": "not-a-key", "base_url": MODEL_URL, "max_retries": 0},
        model_id=MODEL,
    ),
    tools=[tool(lookup_order)],
    system_prompt=INSTRUCTIONS,
    callback_handler=None,
    trace_attributes={"session.id": "session-5", "user.id": "user-3"},
)
agent(QUESTION)
provider.shutdown()
