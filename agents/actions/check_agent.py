"""Check one agent now."""

from accounts.fence import fenced
from accounts.permissions import require
from agents.actions.check_agents import check_agents
from agents.models import Agent, HealthCheck
from armproject.lib.audit import record
from armproject.lib.errors import Conflict


def check_agent(agent: Agent) -> HealthCheck:
    """Check how one agent is, while somebody waits for the answer."""
    require("agents.check")
    if agent.vanished_at is not None:
        raise Conflict("Its vendor no longer lists this agent, so there is nobody to ask.")
    checks = check_agents([agent])
    if not checks:
        raise Conflict("This agent has just left the inventory.")
    with fenced():
        record("agents.check", agent, after={"health": checks[0].status, "score": checks[0].score})
    return checks[0]
