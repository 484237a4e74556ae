"""An agent of LangChain on LangGraph with a tool, told by OpenInference; and a refusal."""

from exporting import INSTRUCTIONS, MODEL, MODEL_URL, QUESTION, exporting, lookup_order
from openinference.instrumentation.langchain import LangChainInstrumentor

provider = exporting("helpdesk")
LangChainInstrumentor().instrument(tracer_provider=provider)

from langchain.agents import create_agent
from langchain_openai import ChatOpenAI

model = ChatOpenAI(model=MODEL, base_url=MODEL_URL, api_key="not-a-key", max_retries=0)
agent = create_agent(model, tools=[lookup_order], system_prompt=INSTRUCTIONS, name="orders")


def ask(question: str) -> None:
    agent.invoke(
        {"messages": [{"role": "user", "content": question}]},
        config={"metadata": {"session_id": "session-5"}},
    )


ask(QUESTION)
try:
    ask("overload")
except Exception as refused:
    print(type(refused).__name__)
provider.shutdown()
