"""Ask for the pause of an agent."""

from django.db import transaction

from accounts.permissions import require
from agents.actions.close_gate import close_gate
from agents.models import Agent
from jobs.actions.enqueue import enqueue
from jobs.models import Job

KIND = "agents.pause"


@transaction.atomic
def request_pause(agent: Agent, *, reason: str = "") -> Job:
    """Close ARM's gate to an agent at once and queue the pulling of its vendor's levers."""
    require("agents.pause", agent)
    close_gate(agent, reason=reason)
    return enqueue(
        KIND,
        {"agent": str(agent.pk), "reason": reason},
        dedupe_key=f"agent:{agent.pk}",
        lane=f"vendor:{agent.vendor}",
    )
