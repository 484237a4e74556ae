"""A discovery shows what the vendor lists, whole or not at all, and says what it could not read."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from agents.actions.discover_agents import discover_agents
from agents.actions.remove_agent import COMES_BACK, remove_agent
from agents.actions.request_discoveries import request_discoveries
from agents.actions.update_agent import update_agent
from agents.models import Agent, AgentChange, VendorCount
from armproject.lib.errors import Conflict, Forbidden
from connectors.actions.disconnect import disconnect
from connectors.base import ConnectorError
from connectors.models import Connection, SyncRun, SyncState
from connectors.simulator import Simulator, keys
from governance.models import AuditEvent
from jobs.actions.run_job import run_job
from jobs.models import Job, JobState
from tests.agents.estate import agents, allow, change, connect, discover, fault, registered
from tests.cast import House


def history(house: House, agent: Agent) -> list[tuple[str, Any]]:
    with house.inside():
        rows = AgentChange.objects.about(agent).order_by("id")
        return [(row.kind, row.changes) for row in rows]


def test_a_discovery_lists_every_agent_with_where_it_came_from(
    house: House, openai: Connection
) -> None:
    run = discover(house, openai)
    found = agents(house)
    assert run.state == SyncState.COMPLETE
    assert run.found == {
        "agents": 3, "new": 3, "changed": 0, "returned": 0, "vanished": 0, "elsewhere": 0,
    }  # fmt: skip
    assert len(found) == 3
    for agent in found:
        assert (agent.vendor, agent.connection_id) == ("openai", openai.pk)
        assert (agent.discovered_via, agent.confidence) == ("agents_api", 1)
        assert agent.config
        assert history(house, agent) == [("found", {})]


def test_a_second_discovery_changes_nothing(house: House, openai: Connection) -> None:
    discover(house, openai)
    before = [(a.pk, a.updated_at) for a in agents(house)]
    run = discover(house, openai)
    assert run.found["changed"] == run.found["new"] == run.found["vanished"] == 0
    assert [(a.pk, a.updated_at) for a in agents(house)] == before


def test_what_changed_is_told_from_what_to_what(
    house: House, openai: Connection, vendor: Simulator
) -> None:
    discover(house, openai)
    agent = agents(house)[0]
    change(vendor, "rename_agent", agent=agent.vendor_agent_id, name="Another name")
    run = discover(house, openai)
    assert run.found["changed"] == 1
    assert history(house, agent)[-1] == ("changed", {"name": [agent.name, "Another name"]})
    with house.inside():
        event = AuditEvent.objects.filter(action="agents.discover").first()
        assert event is not None
        assert event.after["changed"] == 1


def test_an_agent_that_is_gone_vanishes_and_may_come_back(
    house: House, openai: Connection, vendor: Simulator
) -> None:
    discover(house, openai)
    gone = agents(house)[0]
    change(vendor, "remove_agent", agent=gone.vendor_agent_id)
    assert discover(house, openai).found["vanished"] == 1
    with house.inside():
        gone.refresh_from_db()
        assert (gone.status, gone.health, gone.health_score) == ("unknown", "unknown", None)
        assert gone.vanished_at is not None
        assert VendorCount.objects.get(vendor="openai").present == 2
    assert discover(house, openai).found["vanished"] == 0
    vendor.world.changes.removed.clear()
    assert discover(house, openai).found["returned"] == 1
    with house.inside():
        gone.refresh_from_db()
        assert gone.vanished_at is None
        assert VendorCount.objects.get(vendor="openai").present == 3
    assert [kind for kind, _ in history(house, gone)] == ["found", "vanished", "returned"]


def test_a_reading_that_breaks_off_shows_nothing(house: House) -> None:
    with Simulator(7, 250) as vendor:
        allow(house, vendor)
        openai = connect(house, vendor)
        fault(vendor, "page_3_fails", "/agents")
        with house.inside("admin"), pytest.raises(ConnectorError):
            discover_agents(openai)
        assert agents(house) == []
        with house.inside():
            run = SyncRun.objects.get()
            assert (run.state, run.found) == (SyncState.FAILED, {})
            assert "500" in run.error
        vendor.faults.rules.clear()
        assert discover(house, openai).found["new"] == 250
        fault(vendor, "page_3_fails", "/agents")
        with house.inside("admin"), pytest.raises(ConnectorError):
            discover_agents(openai)
    assert len(agents(house)) == 250
    assert {agent.vanished_at for agent in agents(house)} == {None}


def test_a_source_that_was_not_read_to_its_end_loses_nobody(
    house: House, vendor: Simulator
) -> None:
    allow(house, vendor)
    openai = connect(house, vendor, admin=keys.OPENAI_ADMIN)
    run = discover(house, openai)
    sources = {agent.discovered_via for agent in agents(house)}
    assert "agents_api" in sources
    assert len(sources) > 1
    before = len(agents(house))
    fault(vendor, "500", "/organization/projects")
    run = discover(house, openai)
    assert run.state == SyncState.PARTIAL
    assert run.unread[0]["fault"] == "unavailable"
    assert run.found["vanished"] == 0
    assert len([a for a in agents(house) if a.vanished_at is None]) == before


def test_what_people_say_outlives_a_discovery(
    house: House, openai: Connection, vendor: Simulator
) -> None:
    discover(house, openai)
    agent = agents(house)[0]
    with house.inside("member"):
        update_agent(
            agent,
            owner=house.viewer,
            environment="production",
            cost_center="CC-7",
            description="Ours",
        )
    change(vendor, "rename_agent", agent=agent.vendor_agent_id, name="Renamed")
    discover(house, openai)
    with house.inside():
        agent.refresh_from_db()
        said = (agent.owner_id, agent.environment, agent.cost_center, agent.description)
        assert said == (house.viewer.pk, "production", "CC-7", "Ours")
        assert agent.name == "Renamed"
        assert isinstance(agent.owner, User)


def test_a_removed_agent_comes_back_because_its_vendor_lists_it(
    house: House, openai: Connection
) -> None:
    discover(house, openai)
    agent = agents(house)[0]
    with house.inside("member"):
        assert remove_agent(agent) == COMES_BACK
    assert len(agents(house)) == 2
    assert discover(house, openai).found["returned"] == 1
    assert [each.pk for each in agents(house)].count(agent.pk) == 1
    assert [kind for kind, _ in history(house, agent)] == ["found", "removed", "returned"]


def test_an_agent_registered_by_hand_is_recognised(house: House, openai: Connection) -> None:
    discover(house, openai)
    known = agents(house)[0]
    with house.inside():
        Agent.objects.filter(pk=known.pk).update(
            connection=None, discovered_via="registered", owner=house.viewer
        )
    discover(house, openai)
    with house.inside():
        known.refresh_from_db()
        assert (known.connection_id, known.discovered_via) == (openai.pk, "agents_api")
        assert known.owner_id == house.viewer.pk


def test_a_second_connection_takes_no_agents_from_the_first(
    house: House, openai: Connection, vendor: Simulator
) -> None:
    discover(house, openai)
    second = connect(house, vendor, name="The same again")
    run = discover(house, second)
    assert (run.found["new"], run.found["elsewhere"]) == (0, 3)
    assert {agent.connection_id for agent in agents(house)} == {openai.pk}


def test_a_paused_agent_stays_paused_through_a_discovery(
    house: House, openai: Connection, vendor: Simulator
) -> None:
    discover(house, openai)
    agent = agents(house)[0]
    with house.inside():
        Agent.objects.filter(pk=agent.pk).update(paused_at=timezone.now(), status="paused")
    change(vendor, "rename_agent", agent=agent.vendor_agent_id, name="Renamed")
    discover(house, openai)
    with house.inside():
        agent.refresh_from_db()
        assert (agent.name, agent.status) == ("Renamed", "paused")


def test_refused_keys_are_the_connections_trouble_once(
    house: House, openai: Connection, vendor: Simulator
) -> None:
    discover(house, openai)
    fault(vendor, "401")
    for _ in range(3):
        assert discover(house, openai).state == SyncState.FAILED
    with house.inside():
        openai.refresh_from_db()
        assert (openai.status, openai.trouble) == ("needs_attention", "credentials")
        assert AuditEvent.objects.filter(action="connections.trouble").count() == 1
    assert {agent.vanished_at for agent in agents(house)} == {None}
    vendor.faults.rules.clear()
    discover(house, openai)
    with house.inside():
        openai.refresh_from_db()
        assert (openai.status, openai.trouble) == ("healthy", "")


def test_new_agents_are_checked_at_once(house: House, openai: Connection) -> None:
    discover(house, openai)
    with house.inside():
        job = Job.objects.get(kind="agents.check")
        assert (job.lane, len(job.args["agents"])) == ("vendor:openai", 3)
        assert job.run_after <= timezone.now() + timedelta(seconds=1)


def test_every_connection_is_read_on_the_clock(house: House, openai: Connection) -> None:
    with house.inside("admin"):
        Job.objects.all().delete()
        (first,) = request_discoveries()
        assert request_discoveries() == [first]
    assert run_job(first.pk, first.organization_id)
    with house.inside():
        assert Job.objects.get(pk=first.pk).state == JobState.DONE
    assert len(agents(house)) == 3


def test_a_vendor_that_is_down_is_asked_again_later(
    house: House, openai: Connection, vendor: Simulator
) -> None:
    with house.inside("admin"):
        Job.objects.all().delete()
        (job,) = request_discoveries()
    fault(vendor, "503")
    assert not run_job(job.pk, job.organization_id)
    with house.inside():
        row = Job.objects.get(pk=job.pk)
        assert row.state == JobState.PENDING
        assert "503" in row.last_error


def test_a_disconnected_connection_is_not_read(house: House, openai: Connection) -> None:
    with house.inside("admin"):
        disconnect(openai)
        with pytest.raises(Conflict):
            discover_agents(openai)


@pytest.mark.parametrize("role", ["member", "viewer", "auditor"])
def test_who_may_not_discover_is_told(house: House, openai: Connection, role: str) -> None:
    with house.inside(role), pytest.raises(Forbidden):
        discover_agents(openai)


def test_another_companys_agents_are_never_touched(
    house: House, neighbours: House, openai: Connection
) -> None:
    theirs = registered(neighbours, "Theirs", vendor="openai", vendor_agent_id="agent_1")
    discover(house, openai)
    with neighbours.inside():
        assert [agent.pk for agent in Agent.ever.all()] == [theirs.pk]
