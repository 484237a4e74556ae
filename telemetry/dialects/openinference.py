"""OpenInference (Arize): flattened messages and `openinference.span.kind`."""

from telemetry.dialects.facts import Facts, conversation_lists
from telemetry.dialects.loose_json import value_of
from telemetry.dialects.parameters import add_parameters
from telemetry.dialects.reading import short
from telemetry.dialects.told import Told
from telemetry.records import SpanRecord

NAME = "openinference"
_WITHOUT_NAMES = "openai_agents"


def complete(record: SpanRecord, facts: Facts, span: Told) -> None:
    """Name the agent after LangChain or its node in the graph; take back what is no agent.

    Around the agents of OpenAI's Agents SDK stands a span of kind AGENT for the whole workflow.
    """
    add_parameters(record, facts.hints.get("Parameters"))
    told = value_of(facts.hints.get("Metadata"))
    if isinstance(told, dict) and not record.agent_name:
        record.agent_name = short(told.get("lc_agent_name"))
    if record.kind == "llm" and _prepares(record, facts):
        record.kind = "span"
    if record.kind != "agent":
        return
    record.agent_name = record.agent_name or facts.hints.get("EntityName", "")
    record.agent_name = record.agent_name or _named_by_method(record.name)
    if not record.agent_name and facts.scope.endswith(_WITHOUT_NAMES):
        record.kind = "workflow"


def _named_by_method(name: str) -> str:
    """Return the agent in `agent.run`, which is how smolagents is told."""
    agent, _, method = name.rpartition(".")
    return agent if method == "run" else ""


def _prepares(record: SpanRecord, facts: Facts) -> bool:
    """Say whether this is a step before a call (LlamaIndex): nothing answered, nothing counted."""
    told = (record.input_tokens, record.output_tokens, conversation_lists(facts, "Output"))
    return not any(told) and record.status != "error" and "._" in record.name
