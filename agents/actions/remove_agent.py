"""Remove an agent from the inventory."""

from django.db import transaction
from django.utils import timezone

from accounts.permissions import require
from agents.actions.note_change import note_change
from agents.models import Agent, ChangeKind
from armproject.lib.audit import record

COMES_BACK = "Its vendor still lists this agent, so the next discovery will show it again."
FINAL = "Its history and its costs are kept."


@transaction.atomic
def remove_agent(agent: Agent, *, reason: str = "") -> str:
    """Take an agent out of the inventory, keep its history, and say whether it will come back."""
    require("agents.write", agent)
    agent = Agent.objects.select_for_update(of=("self",)).get(pk=agent.pk)
    agent.removed_at = timezone.now()
    agent.save(update_fields=["removed_at", "updated_at"])
    note_change(agent, ChangeKind.REMOVED)
    record("agents.remove", agent, before=agent.summary(), reason=reason)
    return COMES_BACK if agent.is_listed else FINAL
