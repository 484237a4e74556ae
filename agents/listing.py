"""What one discovery means for the inventory: who is new, who changed, who is back, who is gone.

Nothing here asks the database; the action that discovers carries out what is found.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils import timezone

from agents.differences import Changes, differences
from agents.models import Agent, AgentStatus, AgentType
from connectors.base import Discovery, FoundAgent
from connectors.models import Connection

LONGEST_ID = 200
HUNDREDTH = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Known:
    """The agents ARM knows, by the vendor's id, and the connections that still list some."""

    agents: Mapping[str, Agent]
    connected: frozenset[UUID]


@dataclass(slots=True)
class Listing:
    """The outcome: `seen` holds what the vendor says of each known agent it listed."""

    connection: Connection
    at: datetime
    sources: frozenset[str]
    listed: int = 0
    new: list[Agent] = field(default_factory=list)
    changed: list[Agent] = field(default_factory=list)
    back: list[Agent] = field(default_factory=list)
    same: list[Agent] = field(default_factory=list)
    elsewhere: int = 0
    missing: list[Agent] = field(default_factory=list)
    changes: dict[UUID, Changes] = field(default_factory=dict)
    said: dict[UUID, dict[str, Any]] = field(default_factory=dict)

    @classmethod
    def of(cls, connection: Connection, discovery: Discovery, known: Known) -> "Listing":
        listing = cls(connection, timezone.now(), frozenset(discovery.sources))
        found = {
            each.vendor_agent_id: each
            for each in discovery.agents
            if each.vendor_agent_id and len(each.vendor_agent_id) <= LONGEST_ID
        }
        listing.listed = len(found)
        for vendor_agent_id, each in found.items():
            listing._sort_in(known.agents.get(vendor_agent_id), each, known.connected)
        listing.missing = [
            agent
            for name, agent in known.agents.items()
            if name not in found and listing._lost(agent)
        ]
        return listing

    def counts(self) -> dict[str, int]:
        """Return what is kept of the reading."""
        return {
            "agents": self.listed,
            "new": len(self.new),
            "changed": len(self.changed),
            "returned": len(self.back),
            "vanished": len(self.missing),
            "elsewhere": self.elsewhere,
        }

    def rewritten(self) -> Iterable[Agent]:
        """Return the known agents of which something is to be kept."""
        return (*self.changed, *self.back)

    def _sort_in(self, agent: Agent | None, each: FoundAgent, connected: frozenset[UUID]) -> None:
        said = facts(each)
        if agent is None:
            self.new.append(self._made(said))
            return
        other = agent.connection_id is not None and agent.connection_id != self.connection.pk
        if other and agent.connection_id in connected and agent.vanished_at is None:
            self.elsewhere += 1
            return
        if agent.description_is_ours:
            said["description"] = agent.description
        self.said[agent.pk] = said
        changes = differences({name: getattr(agent, name) for name in said}, said)
        if changes:
            self.changes[agent.pk] = changes
        if agent.vanished_at is not None or agent.removed_at is not None:
            self.back.append(agent)
        elif changes or agent.connection_id != self.connection.pk:
            self.changes.setdefault(agent.pk, {})
            self.changed.append(agent)
        else:
            self.same.append(agent)

    def _made(self, said: Mapping[str, Any]) -> Agent:
        return Agent(
            connection=self.connection,
            vendor=self.connection.vendor,
            status=said["vendor_status"],
            last_listed_at=self.at,
            **said,
        )

    def _lost(self, agent: Agent) -> bool:
        """Tell whether an agent that was not listed should have been."""
        return (
            agent.connection_id == self.connection.pk
            and agent.discovered_via in self.sources
            and agent.vanished_at is None
            and agent.removed_at is None
        )


def facts(each: FoundAgent) -> dict[str, Any]:
    """Return what the vendor says of an agent, by our fields, cut to what they hold."""
    return {
        "vendor_agent_id": each.vendor_agent_id,
        "name": each.name[:200] or each.vendor_agent_id,
        "description": each.description,
        "type": each.type if each.type in AgentType.values else AgentType.CUSTOM.value,
        "model": each.model[:120],
        "config": dict(each.config),
        "metadata": dict(each.metadata),
        "discovered_via": each.discovered_via[:30],
        "confidence": min(max(each.confidence, Decimal(0)), Decimal(1)).quantize(HUNDREDTH),
        "vendor_status": (
            each.status if each.status in AgentStatus.values else AgentStatus.UNKNOWN.value
        ),
        "vendor_created_at": each.vendor_created_at,
        "vendor_updated_at": each.vendor_updated_at,
    }
