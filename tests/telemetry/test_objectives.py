"""How well agents are to work, and how much may still go wrong."""

from decimal import Decimal
from html import unescape
from typing import Any

import pytest

from agents.models import Agent
from armproject.lib.errors import Forbidden, InvalidInput
from governance.models import AuditEvent
from telemetry.actions.claim_sources import claim_sources
from telemetry.actions.drop_objective import drop_objective
from telemetry.actions.set_objective import set_objective
from telemetry.models import Objective
from telemetry.reports.objectives import standings
from tests.cast import Api, House
from tests.telemetry.senders import work

LIST = "/studio/telemetry/objective/"


@pytest.fixture
def agent(house: House, api: Api) -> Agent:
    """Return an agent that succeeded nine times and failed once, each time within four seconds."""
    for number in range(10):
        work("porter", error="" if number else "It broke.").send(api)
    with house.inside():
        claim_sources()
        return Agent.objects.get(name="porter")


def test_budgets_tell_what_may_still_go_wrong(house: House, agent: Agent) -> None:
    with house.inside():
        strict = set_objective(agent, success_percent=Decimal(95), p95_seconds=Decimal("0.5"))
        (standing,) = standings([strict])
        assert standing.failure_budget == -1
        assert standing.time_budget == -19
        assert (standing.is_met, standing.budget) == (False, -19)
        mild = set_objective(agent, success_percent=Decimal(80), p95_seconds=Decimal(60), days=7)
        assert Objective.objects.count() == 1
        (standing,) = standings([mild])
        assert (standing.failure_budget, standing.time_budget) == (Decimal("0.5"), 1)
        assert standing.is_met


def test_where_nothing_ran_nothing_is_judged(house: House) -> None:
    with house.inside():
        idle = Agent.objects.create(name="idle")
        (standing,) = standings([set_objective(idle, success_percent=Decimal(99))])
    assert (standing.is_met, standing.budget) == (None, None)


def test_setting_and_dropping_are_recorded_once_each(house: House, agent: Agent) -> None:
    with house.inside():
        objective = set_objective(agent, success_percent=Decimal("99.5"))
        set_objective(agent, success_percent=Decimal("99.5"))
        drop_objective(objective)
        told = AuditEvent.objects.filter(action__startswith="objectives.").order_by("id")
        assert [event.action for event in told] == ["objectives.set", "objectives.drop"]


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"success_percent": Decimal(100)},
        {"success_percent": Decimal(0)},
        {"p95_seconds": Decimal(-1)},
        {"p95_seconds": Decimal(2), "days": 3},
    ],
)
def test_what_leaves_no_budget_is_refused(house: House, agent: Agent, said: Any) -> None:
    with house.inside(), pytest.raises(InvalidInput):
        set_objective(agent, **said)


def test_only_who_may_change_agents_sets_objectives(house: House, agent: Agent) -> None:
    with house.inside("viewer"), pytest.raises(Forbidden):
        set_objective(agent, success_percent=Decimal(99))


def test_objectives_over_the_api(house: House, agent: Agent, neighbours: House) -> None:
    api = house.api("member")
    body = {"agent": str(agent.pk), "success_percent": "80"}
    made = api.post("/objectives", body)
    assert made.status_code == 201, made.content
    told = made.json()["data"]
    assert (told["success_rate"], told["failure_budget_left"], told["is_met"]) == (0.9, 0.5, True)
    path = f"/objectives/{told['id']}"
    assert api.patch(path, {"p95_seconds": "0.5"}).json()["data"]["is_met"] is False
    mistaken = api.patch(path, {"p95_ms": 500, "sk_live_6f4e2a": 1}).json()["error"]["details"]
    assert set(mistaken["fields"]) == {"p95_ms", "non_field_errors"}
    cleared = api.patch(path, {"success_percent": None, "p95_seconds": None})
    assert cleared.status_code == 400
    assert house.api("viewer").patch(path, {"days": 7}).status_code == 403
    assert len(house.api("viewer").get("/objectives").json()["data"]) == 1
    assert neighbours.api().get(path).status_code == 404
    assert neighbours.api().post("/objectives", body).status_code == 400
    assert api.delete(path).status_code == 204


def test_objectives_in_the_studio(house: House, agent: Agent) -> None:
    browser = house.browser("member")
    said = {"agent": agent.pk, "days": 28, "success_percent": "100", "p95_seconds": ""}
    refused = browser.post(f"{LIST}add/", said)
    assert "below 100" in unescape(refused.content.decode())
    assert browser.post(f"{LIST}add/", {**said, "success_percent": "95"}).status_code == 302
    with house.inside():
        row = Objective.objects.get()
    assert "Missed" in unescape(browser.get(LIST).content.decode())
    changed = browser.post(f"{LIST}{row.pk}/change/", {"days": 7, "success_percent": "80"})
    assert changed.status_code == 302
    page = unescape(browser.get(f"{LIST}performance").content.decode())
    assert "of 80 %" in page
    assert "50 %" in page
    assert browser.post(f"{LIST}{row.pk}/delete/", {"post": "yes"}).status_code == 302
    assert house.browser("viewer").get(f"{LIST}add/").status_code == 403
