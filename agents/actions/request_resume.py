"""Ask for the resumption of an agent."""

from django.db import transaction

from accounts.permissions import require
from agents.models import Agent
from armproject.lib.errors import Conflict
from jobs.actions.enqueue import enqueue
from jobs.models import Job

KIND = "agents.resume"


@transaction.atomic
def request_resume(agent: Agent, *, reason: str = "") -> Job:
    """Queue putting back the levers that pausing an agent pulled, and opening ARM's gate."""
    require("agents.pause", agent)
    if not agent.is_paused:
        raise Conflict("This agent is not paused by ARM.")
    return enqueue(
        KIND,
        {"agent": str(agent.pk), "reason": reason},
        dedupe_key=f"agent:{agent.pk}",
        lane=f"vendor:{agent.vendor}",
    )
