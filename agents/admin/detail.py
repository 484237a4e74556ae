"""What the page about one agent shows."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from accounts.permissions import has_permission
from agents.admin.words import (
    CHANGE_ICONS,
    STATUS_COLOURS,
    changes_of,
    confidence_of,
    parts_of,
    source_of,
)
from agents.models import Agent, AgentChange, ChangeKind, HealthCheck
from agents.reports.health_history import health_picture
from connectors.base import Verb

NEWEST_CHECKS, NEWEST_CHANGES = 6, 20
LONG, SHORT = 120, 60
RIGHTS = {
    "may_write": "agents.write",
    "may_check": "agents.check",
    "may_pause": "agents.pause",
    "may_inject": "agents.inject",
    "may_run": "agents.run",
    "may_read_interactions": "interactions.read",
    "may_see_connection": "connections.read",
    "may_audit": "audit.read",
    "may_see_access": "members.read",
    "may_see_costs": "costs.read",
    "may_see_runs": "runs.read",
}
NO_VENDOR = "No connection leads to this agent, so ARM can do nothing at its vendor."


def detail_of(row: Agent) -> dict[str, Any]:
    """Return everything the page needs, read inside the fence."""
    checks = list(HealthCheck.objects.of(row).order_by("-at")[:NEWEST_CHECKS])
    explained = _explained(row, checks)
    changes = AgentChange.objects.about(row).order_by("-id")[: NEWEST_CHANGES + 1]
    history = [_change(change) for change in changes]
    return {
        **{name: has_permission(permission, row) for name, permission in RIGHTS.items()},
        "status_colour": STATUS_COLOURS[row.get_status_display()],
        "picture": health_picture(row),
        "checks": checks,
        "explained": explained,
        "parts": parts_of(explained.parts) if explained else [],
        "source": source_of(row.discovered_via),
        "confidence": confidence_of(row.confidence),
        "config": facts_of(row.config),
        "metadata": facts_of(row.metadata),
        "history": history[:NEWEST_CHANGES],
        "has_more_history": len(history) > NEWEST_CHANGES,
    }


def ability_of(row: Agent, verb: Verb) -> Mapping[str, Any]:
    """Return how far the agent's vendor supports a verb, and why not further."""
    known = row.connection.capabilities if row.connection and row.connection.is_connected else []
    none = {"support": "none", "reason": NO_VENDOR}
    return next((each for each in known if each["verb"] == verb), none)


def instruction_of(row: Agent) -> AgentChange | None:
    """Return the entry of the history that tells what ARM's text was set to last."""
    told = AgentChange.objects.about(row).filter(kind=ChangeKind.INSTRUCTED)
    last: AgentChange | None = told.order_by("-id").first()
    return last


def facts_of(values: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return what a vendor says under its own names: lists as such, long values as blocks."""
    return [_fact(name, value) for name, value in values.items() if value not in (None, "", [], {})]


def _fact(name: str, value: Any) -> dict[str, Any]:
    is_list = isinstance(value, list) and all(isinstance(each, str) for each in value)
    text = value if isinstance(value, str) else _json(value)
    return {
        "name": name.replace("_", " "),
        "text": text,
        "items": value if is_list else (),
        "is_code": not isinstance(value, str | int | float),
        "is_block": not is_list and (len(text) > LONG or "\n" in text),
    }


def _json(value: Any) -> str:
    """Return small JSON on one line, other JSON laid out."""
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= SHORT else json.dumps(value, ensure_ascii=False, indent=2)


def _explained(row: Agent, checks: Sequence[HealthCheck]) -> HealthCheck | None:
    """Return the newest check whose parts explain the score that stands."""
    if row.health_score is None:
        return None
    same = (check for check in checks if check.parts and check.score == row.health_score)
    return next(same, None)


def _change(change: AgentChange) -> dict[str, Any]:
    kind = ChangeKind(change.kind)
    return {
        "at": change.created_at,
        "what": kind.label,
        "icon": CHANGE_ICONS[kind],
        "told_by": change.told_by,
        "changes": list(changes_of(change.changes)),
    }
