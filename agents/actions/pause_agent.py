"""Pause an agent."""

from accounts.fence import fenced
from accounts.permissions import require
from agents.actions.close_gate import close_gate
from agents.actions.open_vendor import open_vendor
from agents.levers import GATE, Pull, pull
from agents.models import Agent
from armproject.lib.audit import record
from connectors.base import Lever

CLOSED = Lever(GATE, pulled=True, detail="Every door of ARM now answers this agent “paused”.")


def pause_agent(agent: Agent, *, reason: str = "") -> Pull:
    """Close ARM's own gate to an agent, then pull every lever its vendor has.

    The gate closes whatever the vendor answers; the answer lists what was pulled and what was not.
    """
    require("agents.pause", agent)
    with fenced():
        agent = close_gate(agent, reason=reason)
        connector, why_not = open_vendor(agent)
    outcome = pull(CLOSED, connector, lambda vendor: vendor.pause(agent.ref()), why_not=why_not)
    with fenced():
        _keep(agent, outcome, reason)
    return outcome


def _keep(agent: Agent, outcome: Pull, reason: str) -> None:
    row = Agent.objects.select_for_update(of=("self",)).get(pk=agent.pk)
    row.pulled_levers = sorted({*row.pulled_levers, *outcome.pulled})
    row.save(update_fields=["pulled_levers", "updated_at"])
    record("agents.pause", row, details={"levers": outcome.as_json()}, reason=reason)
