"""An agent of LangChain on LangGraph with a tool, told by LangSmith's SDK over OpenTelemetry."""

import os

from exporting import INSTRUCTIONS, MODEL, MODEL_URL, QUESTION, exporting, lookup_order
from opentelemetry import trace

os.environ |= {
    "LANGSMITH_OTEL_ENABLED": "true",
    "LANGSMITH_OTEL_ONLY": "true",
    "LANGSMITH_TRACING": "true",
    "LANGSMITH_API_KEY": "not-a-key",
    "LANGSMITH_ENDPOINT": os.environ["OTLP_URL"],
}
provider = exporting("helpdesk")
trace.set_tracer_provider(provider)

from langchain.agents import create_agent
from langchain_core.tracers.langchain import wait_for_all_tracers
from langchain_openai import ChatOpenAI

model = ChatOpenAI(model=MODEL, base_url=MODEL_URL, api_key="not-a-key", max_retries=0)
agent = create_agent(model, tools=[lookup_order], system_prompt=INSTRUCTIONS, name="orders")
agent.invoke(
    {"messages": [{"role": "user", "content": QUESTION}]},
    config={"metadata": {"session_id": "session-5"}},
)
wait_for_all_tracers()
provider.shutdown()
