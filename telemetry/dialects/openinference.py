"""OpenInference (Arize): flattened messages and `openinference.span.kind`."""

from telemetry.dialects.facts import Facts
from telemetry.dialects.parameters import add_parameters
from telemetry.dialects.told import Told
from telemetry.records import SpanRecord

NAME = "openinference"
_WITHOUT_NAMES = "openai_agents"


def complete(record: SpanRecord, facts: Facts, span: Told) -> None:
    """Name the agent after its node in the graph, and take back what is no agent.

    Around the agents of OpenAI's Agents SDK stands a span of kind AGENT for the whole workflow.
    """
    add_parameters(record, facts.hints.get("Parameters"))
    if record.kind != "agent":
        return
    record.agent_name = record.agent_name or facts.hints.get("EntityName", "")
    if not record.agent_name and facts.scope.endswith(_WITHOUT_NAMES):
        record.kind = "workflow"
