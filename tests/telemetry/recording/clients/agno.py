"""An agent of Agno with a tool, told by OpenInference."""

from exporting import INSTRUCTIONS, MODEL, MODEL_URL, QUESTION, exporting, lookup_order
from openinference.instrumentation.agno import AgnoInstrumentor

provider = exporting("helpdesk")
AgnoInstrumentor().instrument(tracer_provider=provider)

from agno.agent import Agent
from agno.models.openai import OpenAIChat

agent = Agent(
    name="orders",
    model=OpenAIChat(id=MODEL, base_url=MODEL_URL, api_key="not-a-key"),
    tools=[lookup_order],
    instructions=INSTRUCTIONS,
    telemetry=False,
)
agent.run(QUESTION, session_id="session-5", user_id="user-3")
provider.shutdown()
