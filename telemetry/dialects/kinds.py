"""What kind of span it is: the conventions' operation first, then what each dialect says."""

from typing import Any

from telemetry.dialects.facts import Facts
from telemetry.dialects.told import Told

OPERATIONS = {
    "chat": "llm",
    "generate_content": "llm",
    "text_completion": "llm",
    "embeddings": "embedding",
    "execute_tool": "tool",
    "retrieval": "retrieval",
    "invoke_agent": "agent",
    "create_agent": "agent",
    "invoke_workflow": "workflow",
    "search_memory": "memory",
    "create_memory": "memory",
    "update_memory": "memory",
    "upsert_memory": "memory",
    "delete_memory": "memory",
    "create_memory_store": "memory",
    "delete_memory_store": "memory",
    "apply_guardrail": "guardrail",
    "evaluate": "evaluation",
}
# openinference.span.kind, langfuse.observation.type, traceloop.span.kind, llm.request.type
SPAN_KINDS = {
    "agent": "agent",
    "llm": "llm",
    "generation": "llm",
    "chat": "llm",
    "completion": "llm",
    "tool": "tool",
    "workflow": "workflow",
    "embedding": "embedding",
    "retriever": "retrieval",
    "reranker": "retrieval",
    "rerank": "retrieval",
    "guardrail": "guardrail",
    "evaluator": "evaluation",
}
# A chain is any step; the one that stands above all is what the others call a workflow.
_CHAIN = "chain"
_MODEL_CALLED = ("input_tokens", "output_tokens", "response_model", "finish_reasons")
# Whose tokens are as a rule the sum of the calls below them.
GATHERING = frozenset({"agent", "workflow"})


def kind_of(facts: Facts, span: Told) -> str:
    """Return the kind of a span, in the words of `SpanRecord`."""
    hints = facts.hints
    if known := OPERATIONS.get(str(hints.get("Operation", "")).lower()):
        return known
    if told := str(hints.get("SpanKind", "")).lower():
        chain = "span" if span.parent_id else "workflow"
        return SPAN_KINDS.get(told, chain if told == _CHAIN else "span")
    if vercel := hints.get("VercelOperation"):
        return _vercel(vercel)
    return _guessed(facts.fields, hints)


def _vercel(operation: str) -> str:
    """Return the kind of an operation of Vercel's AI SDK, whose outer spans are whole runs."""
    if "embed" in operation:
        return "embedding"
    if operation == "ai.toolCall":
        return "tool"
    return "llm" if operation.rpartition(".")[2].startswith("do") else "workflow"


def _guessed(fields: dict[str, Any], hints: dict[str, Any]) -> str:
    """Return the kind of a span that does not say it, by what else it tells."""
    if hints.get("McpMethod") == "tools/call" or "tool_name" in fields:
        return "tool"
    if "model" in fields and any(name in fields for name in _MODEL_CALLED):
        return "llm"
    return "evaluation" if "EvaluationName" in hints else "span"
