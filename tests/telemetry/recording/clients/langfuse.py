"""An agent with a tool and a generation, told by hand; the OpenAI wrapper; a failure."""

import os

os.environ["LANGFUSE_PUBLIC_KEY"] = "pk-lf-not-a-key"
os.environ["LANGFUSE_SECRET_KEY"] = "sk-lf-not-a-key"
os.environ["LANGFUSE_BASE_URL"] = os.environ["LANGFUSE_HOST"] = os.environ["OTLP_URL"]
os.environ["LANGFUSE_TRACING_ENVIRONMENT"] = "staging"
os.environ["OTEL_SERVICE_NAME"] = "concierge"

from langfuse import get_client, observe, propagate_attributes
from langfuse.openai import OpenAI

langfuse = get_client()
client = OpenAI(base_url=os.environ["MODEL_URL"] + "/v1", api_key="not-a-key", max_retries=0)


@observe(as_type="tool", name="lookup_order")
def lookup_order(order: int) -> str:
    return f"Order {order} left on Monday."


@observe(as_type="agent", name="order-agent")
def answer(question: str) -> str:
    lookup_order(7)
    with langfuse.start_as_current_observation(
        as_type="generation",
        name="say-it",
        model="gpt-5.2",
        input=[{"role": "user", "content": question}],
    ) as generation:
        generation.update(
            output={"role": "assistant", "content": "Order 7 is on its way."},
            usage_details={"input": 15, "output": 9, "cache_read_input_tokens": 7, "total": 31},
            cost_details={"input": 0.001, "output": 0.002, "total": 0.003},
        )
    return "Order 7 is on its way."


with propagate_attributes(session_id="session-5", user_id="user-3"):
    answer("Where is order 7?")
    client.chat.completions.create(
        model="gpt-5.2",
        messages=[
            {"role": "system", "content": "You know where orders are."},
            {"role": "user", "content": "Where is order 7?"},
        ],
    )
try:
    client.chat.completions.create(
        model="gpt-5.2", messages=[{"role": "user", "content": "overload"}]
    )
except Exception as refused:
    print(type(refused).__name__)
langfuse.shutdown()
