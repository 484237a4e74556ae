"""Put an agent into the inventory of which only its own telemetry tells."""

from collections.abc import Mapping
from contextlib import suppress
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from accounts.permissions import require
from agents.actions.note_change import note_change
from agents.models import Agent, AgentStatus, ChangeKind, Environment
from agents.models.agent import TELEMETRY
from armproject.lib.audit import record

VENDOR = "custom"


def introduce_agent(
    key: str,
    *,
    name: str,
    vendor_agent_id: str = "",
    description: str = "",
    model: str = "",
    environment: str = "",
    confidence: Decimal,
    evidence: Mapping[str, Any],
) -> Agent:
    """Return the agent that reports under this key; one that nobody knows becomes a candidate.

    It is the one with the id that is told, here or at its vendor, else the only one of that name.
    An agent that people removed stays removed.
    """
    require("telemetry.write")
    known = _known(key, name, vendor_agent_id)
    if known is not None:
        return known
    agent = Agent(
        vendor=VENDOR,
        vendor_agent_id=key[:200],
        name=name[:200],
        description=description,
        model=model[:120],
        environment=environment if environment in Environment.values else Environment.UNSET,
        metadata=dict(evidence),
        status=AgentStatus.ACTIVE,
        vendor_status=AgentStatus.ACTIVE,
        discovered_via=TELEMETRY,
        confidence=confidence,
    )
    agent.save(force_insert=True)
    note_change(agent, ChangeKind.FOUND)
    record("agents.introduce", agent, after=agent.summary())
    return agent


def _known(key: str, name: str, vendor_agent_id: str) -> Agent | None:
    """Return the agent it is, if the inventory has it or had it."""
    introduced: Agent | None = Agent.ever.filter(vendor=VENDOR, vendor_agent_id=key[:200]).first()
    if introduced is not None:
        return introduced
    return _only(_with_id(vendor_agent_id)) or _only(Agent.objects.present().filter(name=name))


def _with_id(vendor_agent_id: str) -> "QuerySet[Agent] | None":
    """Return the agents with this id, at their vendor or here."""
    if not vendor_agent_id:
        return None
    same = Q(vendor_agent_id=vendor_agent_id)
    with suppress(ValueError):
        same |= Q(pk=UUID(vendor_agent_id))
    return Agent.ever.filter(same)


def _only(agents: "QuerySet[Agent] | None") -> Agent | None:
    """Return the one agent there is; of several nobody could say which it is."""
    found = [] if agents is None else list(agents[:2])
    return found[0] if len(found) == 1 else None
