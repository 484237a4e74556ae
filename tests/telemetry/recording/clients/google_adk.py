"""An agent of Google's Agent Development Kit with a tool; the kit's own tracing."""

import asyncio

from exporting import INSTRUCTIONS, MODEL, MODEL_URL, QUESTION, exporting, lookup_order
from opentelemetry import trace

provider = exporting("helpdesk")
trace.set_tracer_provider(provider)

from google.adk.agents import LlmAgent
from google.adk.models.lite_llm import LiteLlm
from google.adk.runners import InMemoryRunner
from google.genai import types

model = LiteLlm(model=f"openai/{MODEL}", api_base=MODEL_URL, api_key="not-a-key")
agent = LlmAgent(name="orders", model=model, instruction=INSTRUCTIONS, tools=[lookup_order])


async def main() -> None:
    runner = InMemoryRunner(agent=agent, app_name="shop")
    session = await runner.session_service.create_session(app_name="shop", user_id="user-3")
    asked = types.Content(role="user", parts=[types.Part(text=QUESTION)])
    async for _ in runner.run_async(user_id="user-3", session_id=session.id, new_message=asked):
        pass


asyncio.run(main())
provider.shutdown()
