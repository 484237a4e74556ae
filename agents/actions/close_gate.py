"""Close ARM's gate to an agent."""

from django.db import transaction

from accounts.permissions import require
from agents.actions.note_change import note_change
from agents.models import Agent, ChangeKind


@transaction.atomic
def close_gate(agent: Agent, *, reason: str = "") -> Agent:
    """Have every door of ARM answer "paused" to an agent, whatever its vendor does."""
    require("agents.pause", agent)
    row: Agent = Agent.objects.select_for_update(of=("self",)).get(pk=agent.pk)
    if row.close_gate(reason):
        row.save(update_fields=["paused_at", "paused_reason", "status", "updated_at"])
        note_change(row, ChangeKind.PAUSED)
    return row
