"""Vendors fail in every way they are known to; what people see stays whole."""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db.models import Sum

from agents.actions.discover_agents import discover_agents
from agents.models import Agent
from armproject.lib.lanes import forget_lanes
from armproject.lib.secret import Secret
from connectors.actions.connect_vendor import connect_vendor
from connectors.base import ConnectorError, Period
from connectors.models import Connection, SyncRun, SyncState
from connectors.simulator import Simulator, keys
from connectors.simulator.calls import Call
from connectors.simulator.faults import BODY, STATUSES, WIRE, Fault
from costs.actions.sync_costs import sync_costs
from costs.actions.sync_usage import sync_usage
from costs.models import AgentDay, BilledCost, ModelHour, UsageRecord
from jobs.actions.enqueue import enqueue
from jobs.actions.run_job import run_job
from jobs.models import Job, JobState
from tests.cast import House

# Each of these lets a reading wait for its deadline, or for a thousand pages.
SLOW = {"hang": "costs", "drip": "costs", "endless": "costs"}
WITH_BAD_ROWS = {"negative_tokens"}
QUICK = [name for name in (*STATUSES, *WIRE, *BODY) if name not in {*SLOW, *WITH_BAD_ROWS}]
LIKE_500 = {"503", "529"}  # each reading repeats its calls before it fails, which takes seconds
NEVER_ON_SHORT_LISTS = {"page_3_fails"}
LONGEST = 40.0
MOST_REQUESTS = 1_001
ASKED = 90.0
KEYS = {
    "openai": (keys.OPENAI_ADMIN, keys.OPENAI_RUNTIME),
    "anthropic": (keys.ANTHROPIC_ADMIN, keys.ANTHROPIC_RUNTIME),
}
SHOWN = (Agent, UsageRecord, BilledCost, ModelHour, AgentDay)
OF_THE_ROW = {"id", "created_at", "updated_at", "last_listed_at"}  # not what the vendor said
Reading = Callable[[Connection], SyncRun]


def yesterday() -> Period:
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return Period(today - timedelta(days=1), today)


READINGS: dict[str, Reading] = {
    "agents": discover_agents,
    "usage": lambda connection: sync_usage(connection, yesterday()),
    "costs": lambda connection: sync_costs(connection, yesterday()),
}


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    forget_lanes()
    with Simulator(seed=7, agents=3) as running:
        yield running


def connect(house: House, simulator: Simulator, vendor: str) -> Connection:
    admin, runtime = map(Secret, KEYS[vendor])
    with house.inside():
        house.organization.allowed_hosts = [simulator.url.removeprefix("http://")]
        house.organization.save(update_fields=["allowed_hosts"])
        url = getattr(simulator, f"{vendor}_url")
        given = {"base_url": url, "admin_key": admin, "runtime_key": runtime}
        return connect_vendor(vendor, vendor=vendor, **given)[0]


def shown(house: House) -> dict[str, list[Any]]:
    """Return everything that people see of agents, usage and money."""
    with house.inside():
        return {model.__name__: facts(model) for model in SHOWN}


def facts(model: Any) -> list[str]:
    names = [field.attname for field in model._meta.concrete_fields if field.name not in OF_THE_ROW]
    return sorted(map(repr, model.objects.order_by().values_list(*names)))


def read(house: House, connection: Connection, reading: Reading) -> SyncRun:
    with house.inside("admin"):
        try:
            return reading(connection)
        except ConnectorError:
            return SyncRun.objects.order_by("-id").first()


def read_all(house: House, connection: Connection) -> None:
    """Read everything without faults; all of it must succeed."""
    forget_lanes()
    for name, reading in READINGS.items():
        run = read(house, connection, reading)
        assert run.state == SyncState.COMPLETE, (name, run.error, run.unread)


def judge(house: House, run: SyncRun, before: dict[str, list[Any]], told: str) -> None:
    """A failed reading changed nothing; one in part says what it set aside; none counts twice."""
    now = shown(house)
    if run.state == SyncState.FAILED:
        assert run.error, told
        assert now == before, told
    else:
        assert run.unread or run.state == SyncState.COMPLETE, told
        assert {name: len(rows) for name, rows in now.items()} == {
            name: len(rows) for name, rows in before.items()
        }, told
        for money in ("UsageRecord", "BilledCost", "ModelHour", "AgentDay"):
            assert now[money] == before[money], told


@pytest.mark.parametrize("vendor", KEYS)
def test_no_fault_leaves_a_reading_half_done(
    house: House, simulator: Simulator, vendor: str
) -> None:
    connection = connect(house, simulator, vendor)
    read_all(house, connection)
    whole = shown(house)
    assert all(whole.values())
    for fault in QUICK:
        rule = Fault(vendor, "", fault)
        simulator.faults.rules.append(rule)
        for name, reading in READINGS.items():
            if fault in LIKE_500 and name != "usage":
                continue
            forget_lanes()
            before = shown(house)
            judge(house, read(house, connection, reading), before, f"{fault} while reading {name}")
        assert rule.struck or fault in NEVER_ON_SHORT_LISTS, fault
        simulator.faults.rules.clear()
        read_all(house, connection)
        assert shown(house) == whole, f"after {fault}"


@pytest.mark.parametrize("fault", SLOW)
def test_no_vendor_keeps_a_reading_for_ever(house: House, simulator: Simulator, fault: str) -> None:
    connection = connect(house, simulator, "openai")
    read_all(house, connection)
    whole = shown(house)
    simulator.faults.rules.append(Fault("openai", "", fault))
    simulator.faults.log.clear()
    began = time.monotonic()
    run = read(house, connection, READINGS[SLOW[fault]])
    assert time.monotonic() - began < LONGEST
    assert run.state == SyncState.FAILED
    assert shown(house) == whole
    assert len(simulator.faults.log) <= MOST_REQUESTS
    simulator.faults.rules.clear()
    read_all(house, connection)
    assert shown(house) == whole


def test_a_list_that_breaks_off_at_its_third_page_changes_nothing(house: House) -> None:
    with Simulator(seed=7, agents=250) as simulator:
        connection = connect(house, simulator, "openai")
        assert read(house, connection, discover_agents).state == SyncState.COMPLETE
        whole = shown(house)
        rule = Fault("openai", "/agents", "page_3_fails")
        simulator.faults.rules.append(rule)
        run = read(house, connection, discover_agents)
        assert [each["fault"] for each in run.unread] == ["unavailable"]
        assert rule.struck
        assert shown(house) == whole


@pytest.mark.parametrize("vendor", KEYS)
def test_a_bad_row_is_set_aside_and_the_rest_is_kept(
    house: House, simulator: Simulator, vendor: str
) -> None:
    connection = connect(house, simulator, vendor)
    read_all(house, connection)
    with house.inside():
        before = UsageRecord.objects.count()
    simulator.faults.rules.append(Fault(vendor, "", "negative_tokens"))
    run = read(house, connection, READINGS["usage"])
    assert run.state == SyncState.PARTIAL
    assert [each["why"] for each in run.unread] == ["a negative count"]
    with house.inside():
        kept = UsageRecord.objects.count()
        assert before - 5 <= kept < before
        assert not UsageRecord.objects.filter(input_tokens__lt=0).exists()
    simulator.faults.rules.clear()
    read_all(house, connection)
    with house.inside():
        assert UsageRecord.objects.count() == before


def test_a_pause_that_a_vendor_asks_for_is_kept(house: House, simulator: Simulator) -> None:
    connection = connect(house, simulator, "openai")
    with house.inside("admin"):
        job = enqueue("agents.discover", {"connection": str(connection.pk)})
    simulator.faults.rules.append(Fault("openai", "", "429", retry_after=ASKED))
    assert not run_job(job.pk, job.organization_id)
    with house.inside():
        waiting = Job.objects.get(pk=job.pk)
        assert waiting.state == JobState.PENDING
        pause = (waiting.run_after - waiting.finished_at).total_seconds()
    assert ASKED * 0.8 <= pause <= ASKED * 1.2


def test_a_correction_replaces_what_it_corrects(house: House, simulator: Simulator) -> None:
    connection = connect(house, simulator, "openai")
    read_all(house, connection)
    with house.inside():
        agent = Agent.objects.filter(discovered_via="agents_api").first()
        before = total(agent)
    day = yesterday().start.date()
    body = {"vendor": "openai", "agent": agent.vendor_agent_id, "day": str(day), "factor": 0.5}
    simulator.control.answer(
        Call("POST", "/world", [], {}, {**body, "action": "correct_usage"}, simulator.world.now())
    )
    read_all(house, connection)
    with house.inside():
        assert 0.4 < total(agent) / before < 0.6


def total(agent: Agent) -> int:
    counted = AgentDay.objects.filter(agent=agent).aggregate(Sum("input_tokens"))
    return int(counted["input_tokens__sum"])
