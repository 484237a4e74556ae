"""The connectors against the vendor simulator, over real HTTP and with its own memory."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

import pytest

from armproject.lib.http import Reach
from armproject.lib.secret import Secret
from connectors import registry
from connectors.base import (
    AgentRef,
    Connector,
    ConnectorError,
    CredentialKind,
    FoundAgent,
    Period,
    Target,
    Verb,
)
from connectors.simulator.server import Simulator
from connectors.spans import DAY, now

KEYS = {
    "openai": {"admin": "sk-admin-demo-openai", "runtime": "sk-demo-openai-runtime"},
    "anthropic": {"admin": "sk-ant-admin01-demo", "runtime": "sk-ant-api03-demo-runtime"},
}
BASE = {"openai": "/openai/v1", "anthropic": "/anthropic"}


@pytest.fixture(scope="module")
def simulator() -> Iterator[str]:
    with Simulator(7, None, host="127.0.0.1", port=0) as running:
        yield running.url


@pytest.fixture(params=sorted(KEYS))
def connector(request: pytest.FixtureRequest, simulator: str) -> Iterator[Connector]:
    with connect(simulator, request.param, KEYS[request.param]) as made:
        yield made


def connect(simulator: str, kind: str, keys: dict[str, str]) -> Connector:
    credentials = {CredentialKind(name): Secret(key) for name, key in keys.items()}
    reach = Reach(frozenset({simulator.removeprefix("http://")}))
    return registry.load(kind)(Target(f"{simulator}{BASE[kind]}", credentials, {}, reach))


def ref(agent: FoundAgent) -> AgentRef:
    return AgentRef(agent.vendor_agent_id, agent.model, agent.discovered_via, agent.metadata)


def scheduled(connector: Connector) -> FoundAgent:
    """Find an agent that something starts."""
    return next(
        agent
        for agent in connector.discover().agents
        if agent.status == "active"
        and (agent.config.get("automations") or agent.config.get("deployments"))
    )


def test_both_keys_are_accepted_and_unlock_all_verbs(connector: Connector) -> None:
    reports = connector.test()
    assert [report.ok for report in reports] == [True, True]
    assert {verb for report in reports for verb in report.unlocks} == set(Verb)


@pytest.mark.parametrize("kind", sorted(KEYS))
def test_swapped_keys_are_of_the_wrong_kind(simulator: str, kind: str) -> None:
    swapped = {"admin": KEYS[kind]["runtime"], "runtime": KEYS[kind]["admin"]}
    with connect(simulator, kind, swapped) as connector:
        assert [report.fault for report in connector.test()] == ["wrong_kind", "wrong_kind"]


@pytest.mark.parametrize("kind", sorted(KEYS))
def test_a_made_up_key_is_refused(simulator: str, kind: str) -> None:
    with connect(simulator, kind, {"runtime": "sk-nobody-knows-this-one"}) as connector:
        assert [report.fault for report in connector.test()] == ["credentials"]
        with pytest.raises(ConnectorError) as caught:
            connector.discover()
    assert caught.value.permanent


def test_agents_and_candidates_are_discovered(connector: Connector) -> None:
    found = connector.discover()
    assert found.unread == ()
    assert {agent.discovered_via for agent in found.agents} <= set(found.sources)
    sure = [agent for agent in found.agents if agent.confidence == 1]
    assert len(sure) >= 5
    assert all(agent.model for agent in sure)
    assert "paused" in {agent.status for agent in sure}
    assert [agent for agent in found.agents if agent.type == "custom"]


def test_keys_that_only_agents_use_are_no_candidates(connector: Connector) -> None:
    keys = {
        key for agent in connector.discover().agents for key in agent.config.get("api_key_ids", [])
    }
    week = Period(now() - timedelta(days=7), now())
    rows = list(connector.usage(week))
    by_agents = {row.api_key for row in rows if row.agent or row.source == "agents_api"}
    assert by_agents
    assert keys.isdisjoint(by_agents)


def test_every_agent_has_a_reading(connector: Connector) -> None:
    readings = {agent.name: connector.health(ref(agent)) for agent in connector.discover().agents}
    assert all(reading.exists for reading in readings.values())
    assert {"active", "deprecated", "retired"} <= {r.model_state for r in readings.values()}
    failing = [r for r in readings.values() if r.errors and r.requests and r.errors <= r.requests]
    assert any(reading.last_error for reading in failing)
    assert any(reading.p95_ms for reading in readings.values())


def test_an_agent_that_nobody_knows_does_not_exist(connector: Connector) -> None:
    via = connector.discover().agents[0].discovered_via
    reading = connector.health(AgentRef("agent_nobody", "", via))
    assert reading.exists is False


def test_usage_is_split_and_whole(connector: Connector) -> None:
    end = now()
    rows = list(connector.usage(Period(end - timedelta(days=2), end)))
    assert sum(row.input_tokens for row in rows) > 0
    assert all(row.end - row.start == timedelta(hours=1) for row in rows)
    assert all(row.cached_tokens + row.cache_write_tokens <= row.input_tokens for row in rows)
    keys = [(r.start, r.end, r.model, r.agent, r.api_key, r.project, r.source) for r in rows]
    assert len(keys) == len(set(keys))


def test_hours_and_days_tell_of_the_same_tokens(connector: Connector) -> None:
    today = now().replace(hour=0, minute=0, second=0, microsecond=0)
    in_hours = connector.usage(Period(today - 3 * DAY, today - DAY))
    in_days = list(connector.usage(Period(today - 40 * DAY, today - DAY)))
    assert {row.end - row.start for row in in_days} == {DAY}
    recent = [row for row in in_days if row.start >= today - 3 * DAY]
    assert sum(r.input_tokens for r in recent) == sum(r.input_tokens for r in in_hours)


def test_costs_are_dollars_by_day(connector: Connector) -> None:
    end = now()
    rows = list(connector.costs(Period(end - timedelta(days=7), end)))
    assert {row.currency for row in rows} == {"USD"}
    assert all(isinstance(row.amount, Decimal) for row in rows)
    assert 1 < sum(row.amount for row in rows) < 10_000
    assert any(row.model for row in rows)


def test_what_agents_said_can_be_read(connector: Connector) -> None:
    for agent in connector.discover().agents:
        if agent.type == "assistant" and connector.health(ref(agent)).requests:
            steps = list(connector.interactions(ref(agent), limit=10))
            break
    assert 0 < len(steps) <= 10
    assert {"user", "assistant"} <= {step.role for step in steps}
    assert any(step.text for step in steps)


def test_pausing_shows_and_resuming_puts_it_back(connector: Connector) -> None:
    agent = scheduled(connector)
    pulled = [lever.name for lever in connector.pause(ref(agent)) if lever.pulled]
    assert pulled
    assert status_of(connector, agent) == "paused"
    assert any(lever.pulled for lever in connector.resume(ref(agent), only=pulled))
    assert status_of(connector, agent) == "active"


def test_a_lever_nobody_pulled_stays_when_resuming(connector: Connector) -> None:
    agent = scheduled(connector)
    connector.pause(ref(agent))
    assert not any(lever.pulled for lever in connector.resume(ref(agent), only=[]))
    assert status_of(connector, agent) == "paused"
    connector.resume(ref(agent))


def test_a_text_goes_in_and_comes_out_exactly(connector: Connector) -> None:
    agent = scheduled(connector)
    before = prompt_of(connector, agent)
    connector.inject(ref(agent), "Answer in German.")
    assert "Answer in German." in prompt_of(connector, agent)
    connector.inject(ref(agent), "Answer in French.")
    assert "German" not in prompt_of(connector, agent)
    connector.inject(ref(agent), "")
    assert prompt_of(connector, agent) == before


def same(connector: Connector, agent: FoundAgent) -> FoundAgent:
    found = connector.discover().agents
    return next(each for each in found if each.vendor_agent_id == agent.vendor_agent_id)


def status_of(connector: Connector, agent: FoundAgent) -> str:
    return same(connector, agent).status


def prompt_of(connector: Connector, agent: FoundAgent) -> str:
    config = same(connector, agent).config
    return str(config.get("instructions") or config.get("system"))


def test_work_is_begun_once_for_each_key(connector: Connector) -> None:
    agent = ref(scheduled(connector))
    first = connector.invoke(agent, "Where is order 7?", key="one")
    assert connector.invoke(agent, "Where is order 7?", key="one") == first
    assert connector.invoke(agent, "Where is order 7?", key="two") != first
    asked = [step for step in connector.interactions(agent, limit=30) if step.session == first]
    assert "Where is order 7?" in {step.text for step in asked}
