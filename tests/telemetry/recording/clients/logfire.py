"""An agent of OpenAI's Agents SDK with a tool, and a plain call, told by Logfire."""

import logfire
import openai
from exporting import INSTRUCTIONS, MODEL, MODEL_URL, QUESTION, lookup_order

logfire.configure(
    send_to_logfire=False, console=False, service_name="helpdesk", inspect_arguments=False
)
logfire.instrument_openai_agents()
logfire.instrument_openai()

from agents import Agent, OpenAIResponsesModel, Runner, function_tool

options = {"base_url": MODEL_URL, "api_key": "not-a-key", "max_retries": 0}
agent = Agent(
    name="orders",
    instructions=INSTRUCTIONS,
    tools=[function_tool(lookup_order)],
    model=OpenAIResponsesModel(MODEL, openai.AsyncOpenAI(**options)),
)
Runner.run_sync(agent, QUESTION)
openai.OpenAI(**options).chat.completions.create(
    model=MODEL, messages=[{"role": "user", "content": QUESTION}]
)
logfire.force_flush()
