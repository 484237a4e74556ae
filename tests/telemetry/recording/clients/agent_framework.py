"""An agent of Microsoft's Agent Framework with a tool; the framework's own tracing."""

import asyncio

from exporting import INSTRUCTIONS, MODEL, MODEL_URL, QUESTION, exporting, lookup_order
from opentelemetry import trace

provider = exporting("helpdesk")
trace.set_tracer_provider(provider)

from agent_framework.observability import enable_instrumentation
from agent_framework.openai import OpenAIChatCompletionClient
from openai import AsyncOpenAI

enable_instrumentation(enable_sensitive_data=True)
client = OpenAIChatCompletionClient(
    model=MODEL, async_client=AsyncOpenAI(base_url=MODEL_URL, api_key="not-a-key", max_retries=0)
)
agent = client.as_agent(name="orders", instructions=INSTRUCTIONS, tools=[lookup_order])


async def main() -> None:
    await agent.run(QUESTION)


asyncio.run(main())
provider.shutdown()
