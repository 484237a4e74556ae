"""What alert rules read of agents: the last check within the window, and nothing from outside."""

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.utils import timezone

from agents.models import Agent, HealthCheck
from governance.registry import MEASURES, Span
from tests.agents.estate import registered
from tests.cast import House

NOW = timezone.now()
HOUR = timedelta(hours=1)


def read(house: House, name: str, span: Span, subject: UUID | None = None) -> dict[str, Any]:
    with house.inside():
        readings = list(MEASURES[name].read(span, subject))
    return {each.subject_label: each.value for each in readings}


@pytest.fixture
def watched(house: House) -> House:
    for name, health, score, rate, hours in (
        ("Well", "healthy", 95, "0.0100", 0),
        ("Ill", "down", 10, "0.9000", 0),
        ("Poor", "degraded", 60, None, 0),
        ("Unknown", "unknown", None, None, 0),
        ("Long ago", "down", 5, "1.0000", 3),
    ):
        agent = registered(house, name)
        at = NOW - timedelta(minutes=1) - hours * HOUR
        with house.inside():
            Agent.objects.filter(pk=agent.pk).update(
                health=health, health_score=score, error_rate=rate, health_checked_at=at
            )
            HealthCheck.objects.create(
                agent=agent, at=at, status=health, score=score, error_rate=rate
            )
    return house


def test_the_last_hour_counts_the_checks_of_the_last_hour(watched: House) -> None:
    span = Span(NOW - HOUR, NOW + timedelta(seconds=1))
    assert read(watched, "agent.health_score", span) == {
        "Well": 95, "Ill": 10, "Poor": 60, "Unknown": None, "Long ago": None,
    }  # fmt: skip
    assert read(watched, "agent.error_rate", span) == {
        "Well": Decimal("0.0100"), "Ill": Decimal("0.9000"), "Poor": None, "Unknown": None,
        "Long ago": None,
    }  # fmt: skip
    assert read(watched, "agent.down", span) == {
        "Well": 0, "Ill": 1, "Poor": 0, "Unknown": None, "Long ago": None,
    }  # fmt: skip
    assert read(watched, "agents.unhealthy_ratio", span) == {"All agents": Decimal(2) / 3}


def test_an_earlier_window_is_read_from_the_history(watched: House) -> None:
    with watched.inside():
        well = Agent.objects.get(name="Well")
        for minutes, score in ((110, 50), (100, 40)):
            HealthCheck.objects.create(
                agent=well, at=NOW - timedelta(minutes=minutes), status="degraded", score=score
            )
    span = Span(NOW - HOUR, NOW).before()
    assert read(watched, "agent.health_score", span)["Well"] == 40
    assert read(watched, "agent.health_score", span)["Ill"] is None


def test_one_agent_may_be_asked_about(watched: House) -> None:
    with watched.inside():
        ill = Agent.objects.get(name="Ill")
    span = Span(NOW - HOUR, NOW)
    assert read(watched, "agent.down", span, ill.pk) == {"Ill": 1}


def test_another_companys_agents_are_not_read(watched: House, neighbours: House) -> None:
    span = Span(NOW - HOUR, NOW)
    assert read(neighbours, "agent.down", span) == {}
    assert read(neighbours, "agents.unhealthy_ratio", span) == {"All agents": None}
