"""Add to an agent's history."""

from agents.differences import Changes
from agents.models import Agent, AgentChange, ChangeKind
from armproject.lib import context


def note_change(agent: Agent, kind: ChangeKind, changes: Changes | None = None) -> AgentChange:
    """Keep that something about an agent changed, in the transaction of the change itself."""
    principal = context.principal()
    return AgentChange.objects.create(
        agent=agent,
        kind=kind,
        changes=changes or {},
        told_by=principal.label[:200] if principal else "",
    )
