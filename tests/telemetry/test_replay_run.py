"""A failed run is done again by its agent, and both runs know of each other."""

from typing import Any

import pytest

from agents.models import Agent, Invocation
from connectors.models import Connection
from governance.models import AuditEvent
from telemetry.models import Run, Source
from tests.agents.conftest import openai, vendor  # noqa: F401 - fixtures
from tests.agents.estate import agents, discover
from tests.cast import Api, House
from tests.telemetry.senders import Trace, work
from tests.telemetry.test_contents import talk


@pytest.fixture
def agent(house: House, openai: Connection) -> Agent:  # noqa: F811 - a fixture
    discover(house, openai)
    return next(each for each in agents(house) if each.discovered_via == "agents_api")


def failed(house: House, api: Api, agent: Agent, trace: Trace) -> Run:
    """Send a run, and let it be a failed one of this agent."""
    trace.send(api)
    with house.inside():
        Source.objects.update(agent=agent)
        Run.objects.update(status="failed")
        return Run.objects.get(trace_id=trace.trace_id.hex())


def replay(api: Api, run: Run, **body: Any) -> Any:
    return api.post(f"/runs/{run.pk}/replay", body)


def test_a_failed_run_is_asked_again_what_it_was_asked(
    house: House, api: Api, agent: Agent
) -> None:
    api.post("/content-rules", {"mode": "full", "agent": None})
    run = failed(house, api, agent, talk(agent=agent.name))
    answer = replay(api, run)
    assert answer.status_code == 200, answer.json()
    begun = answer.json()["data"]
    with house.inside():
        row = Invocation.objects.get()
        assert (row.replays, row.session, row.agent_id) == (run.pk, begun["session"], agent.pk)
    page = house.browser("developer").get(f"/studio/telemetry/run/{run.pk}/change/").content
    assert b"Started again" in page
    work(agent.name, conversation=begun["session"]).send(api)
    with house.inside():
        later = Run.objects.exclude(pk=run.pk).get()
    page = house.browser("developer").get(f"/studio/telemetry/run/{later.pk}/change/").content
    assert b"Started by ARM" in page


def test_what_was_not_kept_has_to_be_said(house: House, api: Api, agent: Agent) -> None:
    run = failed(house, api, agent, work(agent.name))
    refused = replay(api, run)
    assert refused.status_code == 400
    assert "input" in refused.json()["error"]["details"]["fields"]
    assert replay(api, run, input="Where is order 7?").status_code == 200
    browser = house.browser("developer")
    page = f"/studio/telemetry/run/{run.pk}/replay/"
    key = browser.get(page).context["form"]["key"].value()
    sent = browser.post(page, {"input": "Where is order 7?", "key": key}, follow=True)
    assert b"is at work" in sent.content


def test_only_failed_runs_of_known_agents_are_replayed_by_those_who_may(
    house: House, api: Api, agent: Agent
) -> None:
    run = failed(house, api, agent, work(agent.name))
    assert replay(house.api("viewer"), run, input="x").status_code == 403
    with house.inside():
        Run.objects.update(status="succeeded")
    assert replay(api, run, input="x").status_code == 409
    with house.inside():
        Run.objects.update(status="failed")
        Source.objects.update(agent=None)
    assert replay(api, run, input="x").status_code == 409
    with house.inside():
        assert not Invocation.objects.exists()


def test_who_is_shown_what_a_run_was_asked_is_noted(house: House, api: Api, agent: Agent) -> None:
    api.post("/content-rules", {"mode": "full", "agent": None})
    run = failed(house, api, agent, talk(agent=agent.name))
    page = house.browser("developer").get(f"/studio/telemetry/run/{run.pk}/replay/")
    assert page.context["is_known"]
    with house.inside():
        read = AuditEvent.objects.get(action="contents.read")
    assert (read.resource_id, read.actor_id) == (str(run.pk), str(house.developer.pk))
