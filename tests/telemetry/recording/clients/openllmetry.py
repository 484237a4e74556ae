"""A workflow with an agent and a tool around plain OpenAI calls; metrics too."""

import os

import openai
from traceloop.sdk import Traceloop
from traceloop.sdk.decorators import agent, tool, workflow

Traceloop.init(
    app_name="shop",
    api_endpoint=os.environ["OTLP_URL"],
    api_key="not-a-key",
    telemetry_enabled=False,
    disable_batch=False,
)
Traceloop.set_association_properties({"user_id": "user-3", "session_id": "session-5"})
client = openai.OpenAI(base_url=os.environ["MODEL_URL"] + "/v1", api_key="not-a-key", max_retries=0)
TOOL = {
    "type": "function",
    "function": {"name": "lookup_order", "parameters": {"type": "object", "properties": {}}},
}


@tool(name="lookup_order")
def lookup_order(order: int) -> str:
    return f"Order {order} left on Monday."


@agent(name="order-agent")
def answer(question: str) -> str:
    messages = [
        {"role": "system", "content": "You know where orders are."},
        {"role": "user", "content": question},
    ]
    first = client.chat.completions.create(model="gpt-5.2", messages=messages, tools=[TOOL])
    call = first.choices[0].message.tool_calls[0]
    messages.append(first.choices[0].message.model_dump(exclude_none=True))
    messages.append({"role": "tool", "tool_call_id": call.id, "content": lookup_order(7)})
    last = client.chat.completions.create(model="gpt-5.2", messages=messages, tools=[TOOL])
    return last.choices[0].message.content


@workflow(name="order-workflow")
def work() -> None:
    answer("Where is order 7?")
    list(
        client.chat.completions.create(
            model="gpt-5.2",
            messages=[{"role": "user", "content": "Where is order 7?"}],
            stream=True,
            stream_options={"include_usage": True},
        )
    )
    client.embeddings.create(model="text-embedding-3-small", input="Where is order 7?")
    client.responses.create(model="gpt-5.2", input="Where is order 7?")


work()
try:
    client.chat.completions.create(
        model="gpt-5.2", messages=[{"role": "user", "content": "overload"}]
    )
except openai.RateLimitError as refused:
    print(type(refused).__name__)

from opentelemetry import metrics, trace

trace.get_tracer_provider().shutdown()
metrics.get_meter_provider().shutdown()
