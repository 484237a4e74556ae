"""Health checks: free signals, one verdict each, and trouble told where it belongs, once."""

import itertools
import time
from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.db import connection as database
from django.utils import timezone

from agents.actions.check_agent import check_agent
from agents.actions.check_agents import check_agents
from agents.actions.keep_history_short import keep_history_short
from agents.actions.plan_health_checks import plan_health_checks
from agents.models import Agent, HealthCheck
from agents.probing import ask_health
from armproject.lib.errors import Conflict, Forbidden
from armproject.lib.lanes import forget_lanes
from connectors.actions.disconnect import disconnect
from connectors.base import AgentRef, ConnectorError, HealthReading
from connectors.models import Connection
from connectors.simulator import Simulator
from governance.models import Alert, AuditEvent
from governance.models.alert import AlertState
from jobs.actions.run_job import run_job
from jobs.models import Job
from tests.agents.estate import agents, allow, change, connect, discover, fault, registered
from tests.cast import House, make_house

EVERY = timedelta(minutes=5)


def checked(house: House, connection: Connection) -> list[HealthCheck]:
    with house.inside("member"):
        return check_agents(list(Agent.objects.filter(connection=connection)))


def test_every_agent_gets_a_score_with_its_parts(house: House, openai: Connection) -> None:
    discover(house, openai)
    checks = checked(house, openai)
    assert len(checks) == 3
    for agent in agents(house):
        assert agent.health in {"healthy", "degraded", "down"}
        assert agent.health_checked_at is not None
        with house.inside():
            kept = HealthCheck.objects.of(agent).get()
            assert (kept.status, kept.score) == (agent.health, agent.health_score)
            assert {"reachable", "model"} <= {part["name"] for part in kept.parts}
            assert all(part["why"] and part["points"] <= part["of"] for part in kept.parts)


def test_a_failing_agent_shows_its_last_error_verbatim(
    house: House, openai: Connection, vendor: Simulator
) -> None:
    discover(house, openai)
    ill = agents(house)[0]
    change(vendor, "fail_agent", agent=ill.vendor_agent_id, rate=1, since_seconds=86_400)
    checked(house, openai)
    with house.inside():
        ill.refresh_from_db()
        assert ill.health in {"degraded", "down"}
        assert ill.last_error
        assert ill.last_error_at is not None
        assert ill.error_rate is not None
        assert ill.error_rate > 0


def test_a_refused_key_is_told_once_and_takes_nobody_down(
    house: House, openai: Connection, vendor: Simulator
) -> None:
    discover(house, openai)
    checked(house, openai)
    fault(vendor, "401")
    calls = len(vendor.faults.log)
    for _ in range(3):
        checked(house, openai)
    assert len(vendor.faults.log) - calls == 3
    assert {(a.health, a.health_score) for a in agents(house)} == {("unknown", None)}
    with house.inside():
        openai.refresh_from_db()
        assert (openai.status, openai.trouble) == ("needs_attention", "credentials")
        assert AuditEvent.objects.filter(action="connections.trouble").count() == 1
    vendor.faults.rules.clear()
    checked(house, openai)
    assert "unknown" not in {a.health for a in agents(house)}
    with house.inside():
        openai.refresh_from_db()
        assert (openai.status, openai.trouble) == ("healthy", "")


def test_of_a_connection_in_trouble_one_agent_is_asked(
    house: House, openai: Connection, vendor: Simulator
) -> None:
    discover(house, openai)
    checked(house, openai)
    fault(vendor, "401")
    checked(house, openai)
    with house.inside():
        Job.objects.all().delete()
        assert plan_health_checks(EVERY) == 1
        assert len(Job.objects.get(kind="agents.check").args["agents"]) == 1


def test_a_busy_vendor_changes_no_score(
    house: House, openai: Connection, vendor: Simulator
) -> None:
    discover(house, openai)
    checked(house, openai)
    before = {a.pk: a.health_score for a in agents(house)}
    fault(vendor, "429")
    checked(house, openai)
    assert {a.pk: a.health_score for a in agents(house)} == before
    assert all("slow down" in a.health_note for a in agents(house))
    assert "healthy" not in {a.health for a in agents(house)}


def test_a_vendor_that_is_away_leaves_its_agents_unknown_after_three_checks(
    house: House, openai: Connection, vendor: Simulator
) -> None:
    discover(house, openai)
    checked(house, openai)
    before = [a.health for a in agents(house)]
    fault(vendor, "503")
    checked(house, openai)
    assert [a.health for a in agents(house)] == before
    checked(house, openai)
    checked(house, openai)
    assert {a.health for a in agents(house)} == {"unknown"}


class Hanging:
    """A connector whose vendor never answers; it counts who asked."""

    def __init__(self) -> None:
        self.asked = 0

    def health(self, agent: AgentRef) -> HealthReading:
        self.asked += 1
        if self.asked > 1:
            time.sleep(3)
        return HealthReading(exists=True)


def test_a_vendor_that_is_away_is_told_of_once_until_it_is_back(
    house: House, openai: Connection, vendor: Simulator
) -> None:
    discover(house, openai)
    fault(vendor, "503", vendor="openai")
    for _ in range(3):
        checked(house, openai)
    with house.inside():
        (alert,) = Alert.objects.all()
        assert (alert.subject_id, alert.state) == (openai.pk, AlertState.OPEN)
    vendor.faults.rules.clear()
    forget_lanes()
    checked(house, openai)
    with house.inside():
        assert Alert.objects.get().state == AlertState.RESOLVED


def test_a_vendor_that_hangs_holds_a_batch_no_longer_than_its_time() -> None:
    connector = Hanging()
    refs = {number: AgentRef(str(number), "", "") for number in range(50)}
    began = time.monotonic()
    outcomes = ask_health(connector, refs, seconds=0.5)  # type: ignore[arg-type]
    assert time.monotonic() - began < 2
    assert len(outcomes) == 50
    late = [each for each in outcomes.values() if isinstance(each, ConnectorError)]
    assert len(late) == 49
    assert {each.fault for each in late} == {"timeout"}
    assert connector.asked <= 9


def test_a_hanging_vendor_delays_no_other(house: House) -> None:
    with Simulator(7, 3) as vendor:
        allow(house, vendor)
        slow, quick = connect(house, vendor), connect(house, vendor, vendor="anthropic")
        discover(house, slow)
        discover(house, quick)
        with house.inside():
            Job.objects.all().delete()
            assert plan_health_checks(EVERY) == 2
            lanes = {job.lane for job in Job.objects.filter(kind="agents.check")}
        assert lanes == {"vendor:openai", "vendor:anthropic"}
        fault(vendor, "hang", vendor="openai")
        began = time.monotonic()
        checked(house, quick)
        assert time.monotonic() - began < 5
        assert {a.health for a in agents(house) if a.vendor == "anthropic"} != {"unknown"}


def test_checks_are_spread_over_the_interval_and_never_queued_twice(house: House) -> None:
    with house.inside("admin"):
        Agent.objects.bulk_create(
            Agent(
                vendor="custom",
                vendor_agent_id=f"a{number}",
                name=f"Agent {number}",
                discovered_via="registration",
                heartbeat_at=timezone.now(),
                health_checked_at=timezone.now(),
            )
            for number in range(230)
        )
        assert plan_health_checks(EVERY) == 5
        jobs = list(Job.objects.filter(kind="agents.check").order_by("run_after"))
        assert [len(job.args["agents"]) for job in jobs].count(50) == 4
        spans = [b.run_after - a.run_after for a, b in itertools.pairwise(jobs)]
        assert all(timedelta(seconds=50) < span < timedelta(seconds=58) for span in spans)
        assert jobs[-1].run_after < timezone.now() + EVERY
        plan_health_checks(EVERY)
        assert Job.objects.filter(kind="agents.check").count() == 5


def test_a_check_runs_as_a_job(house: House, openai: Connection) -> None:
    discover(house, openai)
    with house.inside():
        job = Job.objects.get(kind="agents.check")
    assert run_job(job.pk, job.organization_id)
    assert None not in {agent.health_score for agent in agents(house)}


def test_an_agent_nobody_can_ask_is_unknown(house: House) -> None:
    agent = registered(house, vendor="google", vendor_agent_id="x")
    with house.inside("member"):
        check = check_agent(agent)
    assert (check.status, check.score) == ("unknown", None)
    assert check.note == "Nothing is known of its health yet."


def test_agents_of_a_disconnected_connection_are_unknown(house: House, openai: Connection) -> None:
    discover(house, openai)
    checked(house, openai)
    with house.inside("admin"):
        disconnect(openai)
        assert plan_health_checks(EVERY) == 0
    assert {agent.health for agent in agents(house)} == {"unknown"}


def test_a_vanished_agent_is_not_checked(
    house: House, openai: Connection, vendor: Simulator
) -> None:
    discover(house, openai)
    gone = agents(house)[0]
    change(vendor, "remove_agent", agent=gone.vendor_agent_id)
    discover(house, openai)
    with house.inside("member"), pytest.raises(Conflict):
        check_agent(gone)


@pytest.mark.parametrize("role", ["viewer", "auditor"])
def test_who_may_not_check_is_told(house: House, role: str) -> None:
    agent = registered(house)
    with house.inside(role), pytest.raises(Forbidden):
        check_agent(agent)


def test_old_days_of_checks_are_dropped_whole(committed: None) -> None:
    house = make_house("Acme")
    agent = registered(house)
    with house.inside("admin"):
        today = timezone.now().date()
        with database.cursor() as cursor:
            cursor.execute(
                "SELECT arm_ensure_partitions('agents_healthcheck', 'day', %s, 3)",
                [today - timedelta(days=20)],
            )
        old = timezone.now() - timedelta(days=19)
        HealthCheck.objects.create(agent=agent, status="healthy", at=old)
        HealthCheck.objects.create(agent=agent, status="healthy")
    with house.inside("admin"):
        dropped, _ = keep_history_short()
        assert dropped == 3
        assert HealthCheck.objects.count() == 1
        again, made = keep_history_short()
        assert (again, made) == (0, 0)


def test_the_application_drops_no_recent_days(house: House) -> None:
    with house.inside("admin"), pytest.raises(DatabaseError), transaction.atomic():
        database.cursor().execute("SELECT arm_drop_health_days(1)")
