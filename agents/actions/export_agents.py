"""Take the inventory out."""

from collections.abc import Callable, Mapping
from typing import Any

from django.db import transaction
from django.http import StreamingHttpResponse

from accounts.permissions import require
from accounts.scoping.exports import stream
from agents.models import Agent
from agents.reports.asking import asked
from agents.reports.finding import found
from armproject.lib.audit import record

COLUMNS: Mapping[str, Callable[[Agent], Any]] = {
    "id": lambda agent: agent.pk,
    "name": lambda agent: agent.name,
    "vendor": lambda agent: agent.vendor,
    "vendor_agent_id": lambda agent: agent.vendor_agent_id,
    "type": lambda agent: agent.type,
    "status": lambda agent: agent.status,
    "health": lambda agent: agent.health,
    "health_score": lambda agent: agent.health_score,
    "health_checked_at": lambda agent: agent.health_checked_at,
    "model": lambda agent: agent.model,
    "owner": lambda agent: agent.owner.email if agent.owner else "",
    "environment": lambda agent: agent.environment,
    "cost_center": lambda agent: agent.cost_center,
    "connection": lambda agent: agent.connection.name if agent.connection else "",
    "discovered_via": lambda agent: agent.discovered_via,
    "confidence": lambda agent: agent.confidence,
    "description": lambda agent: agent.description,
    "last_active_at": lambda agent: agent.last_active_at,
    "last_error": lambda agent: agent.last_error,
    "paused_at": lambda agent: agent.paused_at,
    "vanished_at": lambda agent: agent.vanished_at,
    "created_at": lambda agent: agent.created_at,
}
# What a question may hold beside filters; a file has no pages.
PAGING = ("page", "perPage", "cursor", "ordering")


@transaction.atomic
def export_agents(query: Mapping[str, str]) -> StreamingHttpResponse:
    """Write the agents that a question asks for as CSV, and note who took them out."""
    require("agents.read")
    filters = {name: value for name, value in query.items() if name not in PAGING}
    question = asked(filters)
    agents = Agent.objects.filter(**dict(question.lookups)).select_related("owner", "connection")
    if filters.get("search", "").strip():
        agents = found(agents, filters["search"])
    record("agents.export", details={"filters": filters})
    return stream(agents.order_by("id"), COLUMNS, kind="csv", filename="agents")
