"""An agent of smolagents with a tool, told by OpenInference."""

from exporting import MODEL, MODEL_URL, QUESTION, exporting, lookup_order
from openinference.instrumentation.smolagents import SmolagentsInstrumentor

provider = exporting("helpdesk")
SmolagentsInstrumentor().instrument(tracer_provider=provider)

from smolagents import OpenAIServerModel, ToolCallingAgent, tool

model = OpenAIServerModel(model_id=MODEL, api_base=MODEL_URL, api_key="not-a-key")
agent = ToolCallingAgent(tools=[tool(lookup_order)], model=model, name="orders", max_steps=1)
agent.run(QUESTION)
provider.shutdown()
