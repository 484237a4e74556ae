"""Instruct an agent."""

from accounts.fence import fenced
from accounts.permissions import require
from agents.actions.note_change import note_change
from agents.actions.open_vendor import open_vendor
from agents.models import Agent, ChangeKind
from armproject.lib.audit import record
from armproject.lib.errors import Conflict, InvalidInput

LONGEST = 20_000


def inject_context(agent: Agent, text: str) -> str:
    """Put ARM's text where the agent reads it, marked as ARM's, and say where.

    It replaces the text put there before; an empty text takes it out.
    """
    require("agents.inject", agent)
    if len(text) > LONGEST:
        message = f"Enter at most {LONGEST:,} characters."
        raise InvalidInput(message, fields={"text": [message]})
    with fenced():
        agent = Agent.objects.select_related("connection__organization").get(pk=agent.pk)
        connector, why_not = open_vendor(agent)
    if connector is None:
        raise Conflict(why_not)
    with connector:
        place = connector.inject(agent.ref(), text)
    with fenced():
        note_change(agent, ChangeKind.INSTRUCTED, {"context": [None, text[:500]]})
        record("agents.inject", agent, details={"place": place, "characters": len(text)})
    return place
