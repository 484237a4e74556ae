"""What one span says, whatever dialect it was told in."""

from typing import Any

import msgspec


class MessageRecord(msgspec.Struct, gc=False):
    """One message; `role` is system, user, assistant or tool.

    `parts` are JSON objects as OpenTelemetry's GenAI conventions name them: `{"type": "text",
    "content"}`, `{"type": "tool_call", "id", "name", "arguments"}`, `{"type":
    "tool_call_response", "id", "response"}`, `{"type": "reasoning", "content"}`; other types are
    kept as they were told. `tool_call_id` is set on what a tool answered.
    """

    role: str
    parts: list[dict[str, Any]]
    tool_call_id: str = ""


class EvaluationRecord(msgspec.Struct, gc=False):
    """One judgement of an answer; `score` is a number, `label` its word, either may be missing."""

    name: str
    score: float | None = None
    label: str = ""
    explanation: str = ""


class ExceptionRecord(msgspec.Struct, gc=False):
    type: str = ""
    message: str = ""
    stacktrace: str = ""


class SpanRecord(msgspec.Struct, gc=False):
    """One span. Texts are "" and numbers None where nothing was told.

    - `trace_id` is 32, `span_id` and `parent_id` 16 lower-case hex digits; no parent is "".
    - `started_ns` and `ended_ns` are nanoseconds since 1970; an unknown end is 0.
    - `kind` is agent, workflow, llm, embedding, tool, retrieval, memory, guardrail, evaluation
      or span; `status` is ok, error or unset.
    - `provider` is as told, in OpenTelemetry's spelling; `vendor` is ARM's word for who runs the
      model (openai, anthropic, azure, bedrock, google …), "" where nobody said.
    - `input_tokens` holds all input, read from or written to a cache too; `output_tokens` holds
      all output, reasoning too.
    - `counts_twice` says that tokens and cost are those of other spans: they must not be added.
    - `cost` is a decimal number in `cost_currency`, as the agent reckoned it.
    - `ends_run` says that this is the end of its run, and that the run ended as this did.
    - `content_bytes` is how much content was told: messages, instructions, what tools were given
      and gave back. None of it is in `attributes`, which hold scalars and short lists.
    """

    trace_id: str
    span_id: str
    parent_id: str = ""
    started_ns: int = 0
    ended_ns: int = 0
    name: str = ""
    kind: str = "span"
    dialect: str = "plain"
    status: str = "unset"
    error_type: str = ""
    error_message: str = ""
    agent_id: str = ""
    agent_name: str = ""
    agent_version: str = ""
    agent_description: str = ""
    service: str = ""
    service_version: str = ""
    environment: str = ""
    instance: str = ""
    app: str = ""
    provider: str = ""
    vendor: str = ""
    model: str = ""
    response_model: str = ""
    response_id: str = ""
    conversation_id: str = ""
    user_id: str = ""
    input_tokens: int | None = None
    output_tokens: int | None = None
    cache_read_tokens: int | None = None
    cache_write_tokens: int | None = None
    reasoning_tokens: int | None = None
    counts_twice: bool = False
    cost: str | None = None
    cost_currency: str = "USD"
    tool_name: str = ""
    tool_type: str = ""
    tool_call_id: str = ""
    first_chunk_ms: float | None = None
    finish_reasons: list[str] = []
    messages_in: list[MessageRecord] = []
    messages_out: list[MessageRecord] = []
    instructions: str = ""
    tool_arguments: str = ""
    tool_result: str = ""
    evaluations: list[EvaluationRecord] = []
    exceptions: list[ExceptionRecord] = []
    attributes: dict[str, Any] = {}
    content_bytes: int = 0
    ends_run: bool = False


class Rejected(msgspec.Struct, gc=False):
    """A span that cannot be kept: where it stood in the request, and a sentence that says why.

    `body` is what was sent, as it can be put aside (see `putaside`); empty where it cannot.
    """

    index: int
    reason: str
    span_id: str = ""
    body: bytes = b""
