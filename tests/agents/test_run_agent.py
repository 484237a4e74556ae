"""An agent is started by its vendor: once for each key, never while it is paused."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections
from django.db.models import F

from agents.actions.run_agent import run_agent
from agents.models import Agent, Invocation
from armproject.lib.errors import Conflict, InvalidInput
from connectors.models import Connection
from connectors.simulator import Simulator
from governance.models import AuditEvent
from tests.agents.estate import agents, allow, connect, discover, fault, registered
from tests.cast import House, make_house

ASKED = "Where is order 7?"


@pytest.fixture
def agent(house: House, openai: Connection) -> Agent:
    discover(house, openai)
    return next(each for each in agents(house) if each.discovered_via == "agents_api")


def start(house: House, agent: Agent, text: str = ASKED, **more: Any) -> Invocation:
    with house.inside("developer"):
        return run_agent(Agent.objects.get(pk=agent.pk), text, **more)


def begun(vendor: Simulator) -> int:
    """Return how many sessions were asked for."""
    sent = [row for row in vendor.faults.log if row["method"] == "POST"]
    return sum(str(row["path"]).endswith("/agents/sessions") for row in sent)


def test_an_agent_is_started_once_for_each_key(
    house: House, agent: Agent, vendor: Simulator
) -> None:
    first = start(house, agent, key="mine")
    again = start(house, agent, key="mine")
    assert (first.pk, first.session, first.state) == (again.pk, again.session, "begun")
    assert start(house, agent).session != first.session
    assert begun(vendor) == 2
    with house.inside(), pytest.raises(Conflict):
        run_agent(agent, "Something else.", key="mine")
    with house.inside():
        event = AuditEvent.objects.filter(action="agents.run").order_by("id").first()
        assert event is not None
        assert ASKED not in str(vars(event))
        assert ASKED not in str(list(Invocation.objects.values()))


def test_without_a_key_what_is_asked_twice_in_a_minute_is_begun_once(
    house: House, agent: Agent, vendor: Simulator
) -> None:
    api, path = house.api("developer"), f"/agents/{agent.pk}/run"
    first, again = (api.post(path, {"input": ASKED}).json()["data"] for _ in range(2))
    assert first == again
    assert begun(vendor) == 1
    assert start(house, agent, "Where is order 8?").session != first["session"]
    with house.inside():
        Invocation.objects.update(asked_at=F("asked_at") - timedelta(minutes=2))
    assert start(house, agent).session != first["session"]
    assert begun(vendor) == 3


def test_of_many_that_ask_at_once_without_a_key_one_begins_it(
    committed: None, vendor: Simulator
) -> None:
    house = make_house("Acme")
    allow(house, vendor)
    discover(house, connect(house, vendor))
    agent = next(each for each in agents(house) if each.discovered_via == "agents_api")

    def ask(_: int) -> str:
        try:
            return str(start(house, agent).state)
        except Conflict:
            return "told to wait"
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        ended = set(pool.map(ask, range(4)))
    assert "begun" in ended
    assert ended <= {"begun", "told to wait"}
    assert begun(vendor) == 1


def test_a_paused_agent_and_one_without_a_vendor_are_not_started(
    house: House, agent: Agent, vendor: Simulator
) -> None:
    with house.inside():
        Agent.objects.filter(pk=agent.pk).update(paused_at=agent.created_at)
    with pytest.raises(Conflict, match="paused"):
        start(house, agent)
    with pytest.raises(Conflict, match="No connection"):
        start(house, registered(house))
    with pytest.raises(InvalidInput):
        start(house, agent, " ")
    assert begun(vendor) == 0


def test_what_nobody_knows_the_end_of_is_looked_for_before_it_is_repeated(
    house: House, agent: Agent, vendor: Simulator
) -> None:
    start(house, agent, key="lost")
    with house.inside():
        Invocation.objects.update(state="unknown", session="")
    found = start(house, agent, key="lost")
    assert found.state == "begun"
    assert begun(vendor) == 1, "the session was found by its mark"


def test_what_the_vendor_refuses_is_said_and_may_be_asked_again(
    house: House, agent: Agent, vendor: Simulator
) -> None:
    fault(vendor, "401", times=3)
    api, body = house.api("developer"), {"input": ASKED, "idempotency_key": "again"}
    assert api.post(f"/agents/{agent.pk}/run", body).status_code == 502
    with house.inside():
        assert Invocation.objects.get().state == "refused"
        assert Invocation.objects.get().error
    vendor.faults.rules.clear()
    assert api.post(f"/agents/{agent.pk}/run", body).status_code == 200


def test_the_api_and_the_studio_start_it_for_those_who_may(
    house: House, agent: Agent, vendor: Simulator
) -> None:
    path = f"/agents/{agent.pk}/run"
    answer = house.api("developer").post(path, {"input": ASKED, "idempotency_key": "k"})
    assert answer.status_code == 200, answer.json()
    told = answer.json()["data"]
    assert told["ok"] is True
    listed = house.api("viewer").get("/invocations", agent=str(agent.pk)).json()["data"]
    assert [(row["id"], row["session"]) for row in listed] == [(told["run_id"], told["session"])]
    assert house.api("viewer").post(path, {"input": ASKED}).status_code == 403
    assert house.api("developer").post(path, {"input": ""}).status_code == 400
    browser = house.browser("developer")
    page = f"/studio/agents/agent/{agent.pk}/run/"
    form = browser.get(page)
    assert b"Start it" in form.content
    key = form.context["form"]["key"].value()
    for _ in range(2):
        sent = browser.post(page, {"input": ASKED, "key": key}, follow=True)
        assert b"is at work" in sent.content
    assert begun(vendor) == 2
    assert house.browser("viewer").get(page).status_code == 403
