"""Whose usage it is: from a vendor's ids to the agents of the inventory."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from agents.models import Agent
from costs.attribution import AGENTS_SURFACE


@dataclass(frozen=True, slots=True)
class Owners:
    """A vendor's agents by their ids, and those that are known by the keys they use."""

    by_id: Mapping[str, UUID]
    by_key: Mapping[str, UUID]

    @classmethod
    def of(cls, vendor: str) -> "Owners":
        by_id: dict[str, UUID] = {}
        by_key: dict[str, UUID] = {}
        agents = Agent.objects.filter(vendor=vendor).order_by("-id")
        for pk, name, keys in agents.values_list("pk", "vendor_agent_id", "config__api_key_ids"):
            by_id[name] = pk
            by_key.update((key, pk) for key in keys or () if isinstance(key, str))
        return cls(by_id, by_key)

    def owner(self, agent: str, api_key: str, surface: str) -> UUID | None:
        """Return the agent a row belongs to.

        A key speaks for its program only where the traffic is not that of the vendor's own agents,
        which many agents send through one key.
        """
        if agent:
            return self.by_id.get(agent)
        if not api_key or surface == AGENTS_SURFACE:
            return None
        return self.by_key.get(api_key) or self.by_id.get(api_key)
