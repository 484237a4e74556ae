"""Who reports is found in the inventory, or becomes a candidate with the evidence."""

from datetime import timedelta
from uuid import uuid4

from django.utils import timezone

from agents.actions.check_agents import check_agents
from agents.models import Agent, AgentChange, Health
from jobs.models import Job
from telemetry.actions.claim_sources import MOST_A_DAY, claim_sources
from telemetry.models import Source
from tests.agents.estate import registered
from tests.cast import Api, House
from tests.telemetry.senders import Trace, work


def claim(house: House) -> int:
    with house.inside():
        return claim_sources()


def test_an_unknown_agent_becomes_a_candidate_with_its_evidence(house: House, api: Api) -> None:
    work("porter").send(api)
    with house.inside():
        assert Job.objects.filter(kind="telemetry.claim_sources").exists()
    assert claim(house) == 1
    with house.inside():
        agent = Agent.objects.get()
        assert Source.objects.get().agent == agent
        assert AgentChange.objects.about(agent).get().kind == "found"
    assert (agent.name, agent.discovered_via, agent.model) == ("porter", "telemetry", "gpt-4o")
    assert agent.environment == "production"
    assert agent.metadata["service"] == "helpdesk"
    assert agent.metadata["model_calls"] == 2
    assert agent.last_active_at is not None
    assert claim(house) == 0


def test_invented_names_enter_the_inventory_so_many_a_day(house: House, api: Api) -> None:
    with house.inside():
        names = [f"n{number}" for number in range(MOST_A_DAY - 1)]
        found = {"vendor": "custom", "discovered_via": "telemetry"}
        Agent.objects.bulk_create(
            (Agent(name=name, vendor_agent_id=name, **found) for name in names), batch_size=500
        )
    for name in ("one", "another"):
        work(name).send(api)
    assert claim(house) == 1
    assert claim(house) == 0
    with house.inside():
        Agent.objects.filter(name="n0").update(created_at=timezone.now() - timedelta(days=2))
    assert claim(house) == 1


def test_an_agent_of_that_name_is_taken_for_it_if_there_is_only_one(house: House, api: Api) -> None:
    known = registered(house, name="porter")
    work("porter").send(api)
    claim(house)
    with house.inside():
        assert Source.objects.get().agent_id == known.pk
        assert Agent.objects.count() == 1


def test_of_two_agents_of_one_name_none_is_guessed(house: House, api: Api) -> None:
    for _ in range(2):
        registered(house, name="porter")
    work("porter").send(api)
    claim(house)
    with house.inside():
        assert Source.objects.get().agent.discovered_via == "telemetry"
        assert Agent.objects.count() == 3


def test_the_vendors_id_tells_who_it_is(house: House, api: Api) -> None:
    known = registered(house, name="The porter", vendor_agent_id="asst_123")
    trace = Trace()
    trace.span("invoke_agent", operation="invoke_agent", gen_ai__agent__id="asst_123")
    trace.send(api)
    claim(house)
    with house.inside():
        assert Source.objects.get().agent_id == known.pk


def test_a_service_that_calls_no_model_is_no_agent(house: House, api: Api) -> None:
    trace = Trace(service="web-shop")
    trace.span("GET /")
    trace.send(api)
    assert claim(house) == 0
    trace = Trace(service="web-shop")
    trace.span("chat", operation="chat", provider="openai", model="gpt-4o", tokens_in=1)
    trace.send(api)
    assert claim(house) == 1
    with house.inside():
        agent = Agent.objects.get()
    assert (agent.name, float(agent.confidence)) == ("web-shop", 0.6)


def test_a_removed_agent_stays_removed(house: House, api: Api) -> None:
    known = registered(house, name="porter", vendor_agent_id="asst_9")
    with house.inside():
        Agent.objects.filter(pk=known.pk).update(removed_at=known.created_at)
    trace = Trace()
    trace.span("invoke_agent", operation="invoke_agent", gen_ai__agent__id="asst_9")
    trace.send(api)
    claim(house)
    with house.inside():
        assert not Agent.objects.exists()
        assert Source.objects.get().agent_id == known.pk


def test_the_runs_of_an_agent_say_how_healthy_it_is(house: House, api: Api) -> None:
    for turn in range(10):
        work("porter", error="Jammed." if turn < 4 else "").send(api)
    claim(house)
    with house.inside():
        (check,) = check_agents([Agent.objects.get()])
        agent = Agent.objects.get()
    assert (check.requests, check.errors) == (10, 4)
    assert agent.health == Health.DEGRADED
    assert agent.last_error == "Jammed."
    assert float(agent.error_rate or 0) == 0.4


def test_agents_without_runs_are_judged_as_before(house: House) -> None:
    known = registered(house, name=uuid4().hex)
    with house.inside():
        (check,) = check_agents([known])
    assert check.requests is None
