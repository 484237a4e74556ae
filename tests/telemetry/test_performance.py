"""How well agents work: the report, its page and its endpoint."""

from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import pytest

from telemetry.models import Grain, RunSum, Source
from telemetry.reports.performance import CUTS, PartOf, Period, bounds, parts, performance, scope_of
from tests.cast import House

PAGE = "/studio/telemetry/objective/performance"


def text(answer: Any) -> str:
    assert answer.status_code == 200, answer.content[:300]
    return unescape(answer.content.decode())


@pytest.mark.parametrize("period", Period)
def test_a_period_is_told_step_by_step(busy: House, period: Period) -> None:
    with busy.inside():
        found = performance(period, scope_of(None, ""))
        assert len(found.points) == CUTS[period].steps
        assert (found.now.runs, found.now.failed, found.before) == (4, 1, None)
        assert sum(point.sums.runs for point in found.points) == 4
        assert found.points[-1].at + found.step == found.end


@pytest.mark.parametrize("period", Period)
def test_periods_end_with_the_present_and_steps_fill_them(period: Period) -> None:
    now = datetime(2026, 3, 29, 1, 59, 59, 999_999, tzinfo=UTC)
    start, end = bounds(period, now)
    assert start < now < end
    assert end - now <= timedelta(days=1)
    assert (end - start) % CUTS[period].step == timedelta(0)


def test_what_came_before_stands_beside(busy: House) -> None:
    with busy.inside():
        RunSum.objects.filter(grain=Grain.DAY).update(
            at=bounds(Period.MONTH)[0] - timedelta(days=1)
        )
        found = performance(Period.MONTH, scope_of(None, ""))
        assert found.before is not None
        assert (found.now.runs, found.before.runs) == (0, 4)


def test_a_period_divides_by_agent_app_environment_and_model(busy: House) -> None:
    with busy.inside():
        by_agent = {part.label: part.sums.runs for part in parts(Period.DAY, PartOf.AGENT)}
        assert by_agent == {"steady": 3, "shaky": 1}
        for of, key in ((PartOf.ENVIRONMENT, "production"), (PartOf.MODEL, "gpt-4o")):
            (part,) = parts(Period.DAY, of)
            assert (part.key, part.sums.runs) == (key, 4)
            assert performance(Period.DAY, scope_of(of, key)).now.runs == 4
        agent = Source.objects.get(agent_name="shaky").agent_id
        shaky = performance(Period.DAY, scope_of(PartOf.AGENT, str(agent))).now
        assert (shaky.runs, shaky.error_rate, shaky.success_rate) == (1, 1, 0)


def test_the_page_shows_figures_pictures_and_parts(busy: House) -> None:
    browser = busy.browser("viewer")
    page = text(browser.get(PAGE))
    assert "75 %" in page
    assert "steady" in page
    with busy.inside():
        agent = Source.objects.get(agent_name="shaky").agent_id
    narrowed = text(browser.get(f"{PAGE}?of=agent:{agent}&period=week"))
    assert "0 %" in narrowed
    for asked in ("?period=nonsense", "?of=agent:x", "?of=planet:mars", "?of=app:none", "?by=x"):
        text(browser.get(PAGE + asked))


def test_an_empty_page_says_how_to_send_traces(house: House) -> None:
    assert "OTEL_EXPORTER_OTLP_ENDPOINT=http" in text(house.browser("viewer").get(PAGE))


def test_auditors_and_strangers_see_nothing(busy: House, neighbours: House) -> None:
    assert busy.browser("auditor").get(PAGE).status_code == 403
    assert "steady" not in text(neighbours.browser("owner").get(PAGE))


def test_the_api_tells_the_same(busy: House) -> None:
    api = busy.api("viewer", ["runs.read"])
    told = api.get("/telemetry/performance", period="week").json()["data"]
    assert (told["now"]["runs"], told["now"]["success_rate"]) == (4, "0.750000")
    assert told["before"] is None
    assert told["step_seconds"] == 4 * 3_600
    assert sum(point["sums"]["failed"] for point in told["points"]) == 1
    with busy.inside():
        agent = Source.objects.get(agent_name="steady").agent_id
    assert api.get("/telemetry/performance", agent=agent).json()["data"]["now"]["runs"] == 3
    rows = api.get("/telemetry/performance/parts", by="model").json()["data"]
    assert [(row["key"], row["sums"]["runs"]) for row in rows] == [("gpt-4o", 4)]


@pytest.mark.parametrize(
    "asked",
    [
        {"period": "century"},
        {"agent": "x"},
        {"app": "web", "model": "gpt-4o"},
        {"planet": "mars"},
    ],
)
def test_what_cannot_be_asked_is_refused(busy: House, asked: dict[str, str]) -> None:
    answer = busy.api().get("/telemetry/performance", **asked)
    assert answer.status_code == 400
    assert answer.json()["error"]["details"]["fields"]


def test_the_api_keeps_to_its_permission(busy: House, neighbours: House) -> None:
    assert busy.api("auditor").get("/telemetry/performance").status_code == 403
    assert neighbours.api().get("/telemetry/performance").json()["data"]["now"]["runs"] == 0


def test_runs_of_an_agent_are_listed_under_agents_too(busy: House, neighbours: House) -> None:
    with busy.inside():
        agent = Source.objects.get(agent_name="steady").agent_id
    told = busy.api().get("/agents/runs", agent_id=agent, page=2, limit=2).json()
    assert [row["agent"] for row in told["data"]] == [str(agent)]
    assert told["meta"]["total"] == 3
    assert neighbours.api().get("/agents/runs", agent_id=agent).json()["data"] == []
    assert busy.api().get("/agents/runs", limit=1_000).status_code == 400
    assert busy.api("auditor").get("/agents/runs").status_code == 403
