"""Read what an agent said lately."""

from itertools import islice

from accounts.fence import fenced
from accounts.permissions import require
from agents.actions.open_vendor import open_vendor
from agents.models import Agent
from armproject.lib.audit import record
from armproject.lib.errors import Conflict
from connectors.base import Interaction

MOST = 200


def read_interactions(agent: Agent, *, limit: int = 50) -> tuple[Interaction, ...]:
    """Read the newest steps of an agent's conversations from its vendor, and record who did."""
    require("interactions.read")
    with fenced():
        agent = Agent.objects.select_related("connection__organization").get(pk=agent.pk)
        connector, why_not = open_vendor(agent)
    if connector is None:
        raise Conflict(why_not)
    with connector:
        steps = tuple(islice(connector.interactions(agent.ref(), limit=min(limit, MOST)), MOST))
    with fenced():
        record("agents.read_interactions", agent, details={"steps": len(steps)})
    return steps
