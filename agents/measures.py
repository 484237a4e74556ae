"""What alert rules can watch of agents."""

from collections.abc import Callable, Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from agents.models import Agent, Health, HealthCheck
from governance.registry import Measure, Read, Reading, Span, Unit, add_measure

AGENT, WHOLE = "agents.agent", "organization"


def _told(value: Callable[[Any], Decimal | None]) -> Read:
    """Return a measure's reader: the last check of each agent within the span, made a number."""

    def read(span: Span, subject_id: UUID | None) -> Iterable[Reading]:
        agents = Agent.objects.present().order_by("pk")
        if subject_id is not None:
            agents = agents.filter(pk=subject_id)
        past = _past(agents, span) if span.end <= timezone.now() else {}
        for agent in agents.values_list(
            "pk", "name", "health", "health_score", "error_rate", "health_checked_at", named=True
        ):
            last = agent if _within(agent.health_checked_at, span) else past.get(agent.pk)
            yield Reading(AGENT, agent.pk, agent.name, value(last) if last else None)

    return read


def _within(moment: datetime | None, span: Span) -> bool:
    return moment is not None and span.start <= moment < span.end


def _past(agents: "QuerySet[Agent]", span: Span) -> dict[UUID, Any]:
    """Return the last check within the span of agents that were checked again after it."""
    later = agents.filter(health_checked_at__gte=span.end).order_by()
    checks = HealthCheck.objects.between(span.start, span.end).filter(agent__in=later)
    rows = checks.order_by("agent_id", "-at").distinct("agent_id")
    return {
        row.agent_id: row
        for row in rows.values_list("agent_id", "status", "score", "error_rate", named=True)
    }


def _score(row: Any) -> Decimal | None:
    score = row.health_score if hasattr(row, "health_score") else row.score
    return None if score is None else Decimal(score)


def _error_rate(row: Any) -> Decimal | None:
    rate: Decimal | None = row.error_rate
    return rate


def _down(row: Any) -> Decimal | None:
    status = row.health if hasattr(row, "health") else row.status
    return None if status == Health.UNKNOWN else Decimal(status == Health.DOWN)


def _unhealthy(span: Span, subject_id: UUID | None) -> Iterable[Reading]:
    """Return the share of agents that are down or degraded among those of which ARM knows."""
    known = Agent.objects.present().exclude(health=Health.UNKNOWN).order_by()
    checked = known.filter(health_checked_at__gte=span.start)
    bad = Count("pk", filter=Q(health__in=[Health.DOWN, Health.DEGRADED]))
    counts = checked.aggregate(all=Count("pk"), bad=bad)
    value = Decimal(counts["bad"]) / counts["all"] if counts["all"] else None
    yield Reading(WHOLE, None, "All agents", value)


MEASURES = (
    Measure(
        name="agent.health_score",
        label="Health score",
        unit=Unit.SCORE,
        subject=AGENT,
        read=_told(_score),
        description="The score of an agent's last health check, from 0 to 100.",
        lower_is_worse=True,
    ),
    Measure(
        name="agent.error_rate",
        label="Error rate",
        unit=Unit.RATIO,
        subject=AGENT,
        read=_told(_error_rate),
        description="The share of an agent's recent work that failed, at its last health check.",
    ),
    Measure(
        name="agent.down",
        label="Agent down",
        unit=Unit.FLAG,
        subject=AGENT,
        read=_told(_down),
        description="1 while an agent's last health check found it down, else 0.",
    ),
    Measure(
        name="agents.unhealthy_ratio",
        label="Unhealthy agents",
        unit=Unit.RATIO,
        subject=WHOLE,
        read=_unhealthy,
        description="The share of agents that are degraded or down, among those ARM knows of.",
    ),
)


def install() -> None:
    """Let alert rules watch agents."""
    for measure in MEASURES:
        add_measure(measure)
