"""What alert rules read of runs."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from governance.registry import MEASURES, Reading, Span
from telemetry.models import Run, RunStatus, Source
from tests.cast import House


def span(**length: float) -> Span:
    now = timezone.now()
    return Span(now - timedelta(**length), now + timedelta(minutes=1))


def read(house: House, name: str, of: Span, subject: Any = None) -> list[Reading]:
    with house.inside():
        return list(MEASURES[name].read(of, subject))


@pytest.mark.parametrize("hours", [1, 100], ids=["by the minute", "by the hour"])
def test_all_runs_together(busy: House, hours: int) -> None:
    values = {
        name: next(iter(read(busy, f"runs.{name}", span(hours=hours)))).value
        for name in ("failed_ratio", "silent", "started", "tokens", "cost")
    }
    with busy.inside():
        cost = sum(run.cost for run in Run.objects.all())
    assert values == {
        "failed_ratio": Decimal("0.25"),
        "silent": 0,
        "started": 4,
        "tokens": 4 * 2_350,
        "cost": cost,
    }
    (slow,) = read(busy, "runs.p95_seconds", span(hours=hours))
    assert slow.value is not None
    assert 2 < slow.value < 4


def test_each_agent_has_its_own_reading(busy: House) -> None:
    found = read(busy, "agent.runs.failed_ratio", span(hours=1))
    assert {each.subject_label: each.value for each in found} == {"steady": 0, "shaky": 1}
    agent = next(each.subject_id for each in found if each.subject_label == "shaky")
    (only,) = read(busy, "agent.runs.started", span(hours=1), agent)
    assert (only.subject_label, only.value) == ("shaky", 1)


def test_a_silent_run_counts_once_it_is_settled(busy: House) -> None:
    with busy.inside():
        Run.objects.filter(source__agent_name="steady").update(status=RunStatus.INCOMPLETE)
    (silent,) = read(busy, "runs.silent", span(hours=1))
    assert silent.value == 3


def test_where_nothing_ran_nothing_is_known(house: House, neighbours: House, busy: House) -> None:
    (ratio,) = read(neighbours, "runs.failed_ratio", span(hours=1))
    assert ratio.value is None
    (started,) = read(neighbours, "runs.started", span(hours=1))
    assert started.value == 0
    assert read(neighbours, "agent.runs.started", span(hours=1)) == []
    with busy.inside():
        agent = Source.objects.exclude(agent=None).first().agent_id
    assert read(neighbours, "agent.runs.started", span(hours=1), agent) == []
