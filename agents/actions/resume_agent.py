"""Resume an agent."""

from accounts.fence import fenced
from accounts.permissions import require
from agents.actions.note_change import note_change
from agents.actions.open_vendor import open_vendor
from agents.levers import GATE, Pull, pull
from agents.models import Agent, AgentStatus, ChangeKind
from armproject.lib.audit import record
from armproject.lib.errors import Conflict
from connectors.base import Lever

NOTHING_PULLED = "Pausing pulled none of its vendor's levers."
OPENED = Lever(GATE, pulled=True, detail="ARM's doors answer this agent again.")


def resume_agent(agent: Agent, *, reason: str = "") -> Pull:
    """Put back the levers that pausing an agent pulled, and open ARM's own gate.

    What the vendor or somebody else paused stays paused there.
    """
    require("agents.pause", agent)
    with fenced():
        agent = Agent.objects.select_related("connection__organization").get(pk=agent.pk)
        if not agent.is_paused:
            raise Conflict("This agent is not paused by ARM.")
        only = list(agent.pulled_levers)
        connector, why_not = open_vendor(agent)
    if not only:
        connector, why_not = None, NOTHING_PULLED
    outcome = pull(
        OPENED, connector, lambda vendor: vendor.resume(agent.ref(), only=only), why_not=why_not
    )
    with fenced():
        _keep(agent, outcome, reason)
    return outcome


def _keep(agent: Agent, outcome: Pull, reason: str) -> None:
    """Open the gate; levers that could not be put back are remembered for another try."""
    row = Agent.objects.select_for_update(of=("self",)).get(pk=agent.pk)
    row.pulled_levers = row.pulled_levers if outcome.failed else []
    row.paused_at, row.paused_reason = None, ""
    if outcome.pulled and row.vendor_status == AgentStatus.PAUSED:
        row.vendor_status = AgentStatus.ACTIVE
    row.status = row.effective_status
    row.save()
    note_change(row, ChangeKind.RESUMED)
    record("agents.resume", row, details={"levers": outcome.as_json()}, reason=reason)
