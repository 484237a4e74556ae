"""What the Studio calls what is known of an agent, and in which colours."""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from agents.differences import Changes
from agents.models import AgentStatus, ChangeKind, Environment
from agents.models.agent import REGISTERED, REGISTRATION, TELEMETRY

STATUS_COLOURS = {
    AgentStatus.ACTIVE.label: "success",
    AgentStatus.PAUSED.label: "warning",
    AgentStatus.ERROR.label: "danger",
    AgentStatus.UNKNOWN.label: "default",
}
CHANGE_ICONS = {
    ChangeKind.FOUND: "travel_explore",
    ChangeKind.REGISTERED: "person_add",
    ChangeKind.CHANGED: "sync",
    ChangeKind.VANISHED: "visibility_off",
    ChangeKind.RETURNED: "undo",
    ChangeKind.EDITED: "edit",
    ChangeKind.PAUSED: "pause_circle",
    ChangeKind.RESUMED: "play_circle",
    ChangeKind.INSTRUCTED: "edit_note",
    ChangeKind.REMOVED: "delete",
}
PARTS = {
    "reachable": "Reachable",
    "key": "Its own key",
    "said": "What it says",
    "model": "Model",
    "errors": "Errors",
    "latency": "Latency",
    "freshness": "Freshness",
}
SOURCES = {
    REGISTERED: "Registered by hand",
    REGISTRATION: "It introduced itself",
    TELEMETRY: "Its telemetry",
    "agents_api": "Agents API",
    "managed_agents": "Managed Agents",
}
FIELDS = {
    "cost_center": "cost centre",
    "vendor_status": "status at the vendor",
    "discovered_via": "known through",
    "context": "ARM's text",
}
# From this confidence on, in words for people.
SURE = ((Decimal("0.95"), "certain"), (Decimal("0.75"), "likely"), (Decimal("0.5"), "possible"))
GUESS = "a guess"
# A part of a score is well, so so, or bad by the share of its points.
WELL, POOR = 0.8, 0.4


def source_of(discovered_via: str) -> str:
    """Return how ARM came to know an agent."""
    return SOURCES.get(discovered_via, discovered_via.replace("_", " ").capitalize())


def confidence_of(confidence: Decimal) -> str:
    """Return how sure it is that this is an agent at all, as "certain (100 %)"."""
    word = next((word for least, word in SURE if confidence >= least), GUESS)
    return f"{word} ({confidence:.0%})".replace("%)", " %)")


def parts_of(parts: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the named parts of a score as the page's table shows them."""
    return [
        {
            **part,
            "label": PARTS.get(part["name"], part["name"].capitalize()),
            "percent": round(100 * _share(part)),
            "state": _state(_share(part)),
        }
        for part in parts
    ]


def changes_of(changes: Changes) -> Iterator[dict[str, Any]]:
    """Yield what changed, field by field, in words."""
    for name, (before, after) in changes.items():
        yield {"field": _field(name), "before": _told(before), "after": _told(after)}


def environments() -> list[tuple[str, str]]:
    """Return the environments with a word of their own for the one that is not set."""
    return [(value or "none", label) for value, label in Environment.choices]


def _share(part: Mapping[str, Any]) -> float:
    return float(part["points"] / part["of"]) if part["of"] else 0.0


def _state(share: float) -> str:
    if share >= WELL:
        return "healthy"
    return "degraded" if share >= POOR else "down"


def _field(name: str) -> str:
    return FIELDS.get(name) or name.replace("_", " ").replace(".", ": ")


def _told(value: Any) -> str:
    return "" if value is None else str(value)
