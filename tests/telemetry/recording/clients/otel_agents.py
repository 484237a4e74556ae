"""An agent of OpenAI's Agents SDK with a tool, told by OpenTelemetry's own instrumentation."""

import os

from exporting import INSTRUCTIONS, MODEL, MODEL_URL, QUESTION, exporting, lookup_order

os.environ |= {
    "OTEL_SEMCONV_STABILITY_OPT_IN": "gen_ai_latest_experimental",
    "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT": "SPAN_ONLY",
}
import openai
from opentelemetry.instrumentation.openai_agents import OpenAIAgentsInstrumentor

from agents import Agent, OpenAIResponsesModel, Runner, function_tool

provider = exporting("helpdesk")
OpenAIAgentsInstrumentor().instrument(tracer_provider=provider)
client = openai.AsyncOpenAI(base_url=MODEL_URL, api_key="not-a-key", max_retries=0)
agent = Agent(
    name="orders",
    instructions=INSTRUCTIONS,
    tools=[function_tool(lookup_order)],
    model=OpenAIResponsesModel(MODEL, client),
)
Runner.run_sync(agent, QUESTION)
provider.shutdown()
