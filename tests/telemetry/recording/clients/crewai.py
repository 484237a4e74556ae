"""A crew of one with a tool, told by OpenInference; its model calls by that of OpenAI's SDK."""

import os

from exporting import MODEL, MODEL_URL, QUESTION, exporting, lookup_order
from openinference.instrumentation.crewai import CrewAIInstrumentor
from openinference.instrumentation.openai import OpenAIInstrumentor

os.environ |= {"CREWAI_DISABLE_TELEMETRY": "true", "CREWAI_TRACING_ENABLED": "false"}
provider = exporting("helpdesk")
CrewAIInstrumentor().instrument(tracer_provider=provider)
OpenAIInstrumentor().instrument(tracer_provider=provider)

from crewai import LLM, Agent, Crew, Task
from crewai.tools import tool

clerk = Agent(
    role="Order clerk",
    goal="Know where orders are",
    backstory="You know where orders are.",
    tools=[tool("lookup_order")(lookup_order)],
    llm=LLM(model=f"openai/{MODEL}", base_url=MODEL_URL, api_key="not-a-key"),
)
task = Task(description=QUESTION, expected_output="a sentence", agent=clerk)
Crew(agents=[clerk], tasks=[task]).kickoff()
provider.shutdown()
