"""Add to an agent's history."""

from collections.abc import Iterable

from agents.differences import Changes
from agents.models import Agent, AgentChange, ChangeKind
from armproject.lib import context
from jobs.actions.publish_events import News, publish_events

TOPICS = {
    ChangeKind.FOUND: "agent.discovered",
    ChangeKind.PAUSED: "agent.paused",
    ChangeKind.RESUMED: "agent.resumed",
}


def note_change(agent: Agent, kind: ChangeKind, changes: Changes | None = None) -> AgentChange:
    """Keep that something about an agent changed, in the transaction of the change itself."""
    principal = context.principal()
    publish_events(news_of(kind, [agent]))
    return AgentChange.objects.create(
        agent=agent,
        kind=kind,
        changes=changes or {},
        told_by=principal.label[:200] if principal else "",
    )


def news_of(kind: ChangeKind, agents: Iterable[Agent]) -> list[News]:
    """Return what subscribers are told of such a change to these agents, if it is news."""
    topic = TOPICS.get(kind)
    if topic is None:
        return []
    return [
        News(topic, str(agent.pk), {"name": agent.name, "vendor": agent.vendor}) for agent in agents
    ]
