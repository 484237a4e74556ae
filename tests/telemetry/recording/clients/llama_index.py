"""An agent of LlamaIndex with a tool, told by OpenInference."""

import asyncio

from exporting import INSTRUCTIONS, MODEL, MODEL_URL, QUESTION, exporting, lookup_order
from openinference.instrumentation.llama_index import LlamaIndexInstrumentor

provider = exporting("helpdesk")
LlamaIndexInstrumentor().instrument(tracer_provider=provider)

from llama_index.core.agent.workflow import FunctionAgent
from llama_index.llms.openai_like import OpenAILike

model = OpenAILike(
    model=MODEL,
    api_base=MODEL_URL,
    api_key="not-a-key",
    is_chat_model=True,
    is_function_calling_model=True,
    max_retries=0,
)
agent = FunctionAgent(
    name="orders", tools=[lookup_order], llm=model, system_prompt=INSTRUCTIONS, streaming=False
)


async def main() -> None:
    await agent.run(QUESTION)


asyncio.run(main())
provider.shutdown()
