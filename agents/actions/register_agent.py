"""Register an agent by hand."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from django.db import transaction

from accounts.models import User
from accounts.permissions import require
from agents import entries
from agents.actions.note_change import note_change
from agents.models import Agent, AgentStatus, AgentType, ChangeKind, Environment
from agents.models.agent import REGISTERED
from armproject.lib.audit import record

TAKEN = "The inventory has an agent with this id already."


@transaction.atomic
def register_agent(
    name: str,
    *,
    vendor: str = "custom",
    vendor_agent_id: str = "",
    agent_type: str = AgentType.CUSTOM,
    model: str = "",
    description: str = "",
    owner: User | None = None,
    environment: str = Environment.UNSET,
    cost_center: str = "",
    config: Mapping[str, Any] | None = None,
    metadata: Mapping[str, Any] | None = None,
) -> Agent:
    """Add an agent to the inventory that no vendor lists for ARM."""
    require("agents.write")
    agent = _keep(
        Agent(
            vendor=entries.clean_vendor(vendor),
            vendor_agent_id=entries.clean_text("vendor_agent_id", vendor_agent_id) or uuid4().hex,
            name=entries.clean_name(name),
            type=entries.clean_choice("type", agent_type, AgentType),
            model=entries.clean_text("model", model),
            description=entries.clean_text("description", description),
            owner=entries.clean_owner(owner),
            environment=entries.clean_choice("environment", environment, Environment),
            cost_center=entries.clean_text("cost_center", cost_center),
            config=entries.clean_json("config", config or {}),
            metadata=entries.clean_json("metadata", metadata or {}),
            status=AgentStatus.ACTIVE,
            vendor_status=AgentStatus.ACTIVE,
            discovered_via=REGISTERED,
        )
    )
    note_change(agent, ChangeKind.REGISTERED)
    record("agents.register", agent, after=agent.summary())
    return agent


def _keep(agent: Agent) -> Agent:
    """Insert the agent, or take the place of one that was removed from the inventory."""
    same = Agent.ever.filter(vendor=agent.vendor, vendor_agent_id=agent.vendor_agent_id)
    former = same.select_for_update().first()
    if former is None:
        agent.save(force_insert=True)
        return agent
    if former.removed_at is None:
        raise entries.refused("vendor_agent_id", TAKEN)
    agent.pk, agent.created_at = former.pk, former.created_at
    agent.save(force_update=True)
    return agent
