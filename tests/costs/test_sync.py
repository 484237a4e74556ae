"""Reading the simulated vendors over HTTP: what is shown is what they billed."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db.models import Sum

from agents.models import Agent
from armproject.lib.errors import Forbidden
from armproject.lib.secret import Secret
from connectors.actions.connect_vendor import connect_vendor
from connectors.base import ConnectorError, Period
from connectors.models import Connection, ConnectionStatus, SyncRun, SyncState
from connectors.opening import open_connector
from connectors.simulator import Simulator, keys
from connectors.simulator.faults import Fault
from costs.actions.read_connection import read_connection
from costs.actions.sync_costs import sync_costs
from costs.actions.sync_usage import sync_usage
from costs.models import AgentDay, BilledCost, CostSource, ModelHour, UsageRecord
from jobs.actions.run_job import run_job
from jobs.models import Job, JobState
from tests.cast import House, make_house

CENT = Decimal("0.01")
DAY = timedelta(days=1)
KEYS = {
    "openai": (keys.OPENAI_ADMIN, keys.OPENAI_RUNTIME),
    "anthropic": (keys.ANTHROPIC_ADMIN, keys.ANTHROPIC_RUNTIME),
}


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with Simulator(seed=7, agents=4) as running:
        yield running


def connect(house: House, simulator: Simulator, vendor: str, **changes: str | None) -> Connection:
    admin, runtime = KEYS[vendor]
    given = {"admin_key": admin, "runtime_key": runtime, **changes}
    with house.inside():
        house.organization.allowed_hosts = [simulator.url.removeprefix("http://")]
        house.organization.save(update_fields=["allowed_hosts"])
        url = getattr(simulator, f"{vendor}_url")
        secrets = {name: Secret(key) if key else None for name, key in given.items()}
        return connect_vendor(vendor, vendor=vendor, base_url=url, **secrets)[0]


def take_in(house: House, connection: Connection) -> None:
    """Take the vendor's agents into the inventory."""
    with house.inside(), open_connector(connection) as connector:
        for found in connector.discover().agents:
            Agent.objects.create(
                connection=connection,
                vendor=connection.vendor,
                vendor_agent_id=found.vendor_agent_id,
                name=found.name,
                config=found.config,
            )


def whole_days(back: int) -> Period:
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return Period(today - back * DAY, today)


def billed(house: House, connection: Connection, span: Period) -> Decimal:
    """Ask the vendor for its bill, past ARM."""
    with house.inside(), open_connector(connection) as connector:
        return sum((row.amount for row in connector.costs(span)), Decimal(0))


@pytest.mark.parametrize("vendor", KEYS)
def test_what_is_shown_is_what_the_vendor_billed(
    house: House, simulator: Simulator, vendor: str
) -> None:
    connection, span = connect(house, simulator, vendor), whole_days(4)
    take_in(house, connection)
    with house.inside("developer"):
        assert sync_usage(connection, span).state == SyncState.COMPLETE
        assert sync_costs(connection, span).state == SyncState.COMPLETE
    bill = billed(house, connection, span)
    assert bill > 10
    with house.inside("viewer"):
        for model in (ModelHour, AgentDay):
            shown = model.objects.aggregate(sum=Sum("cost"))["sum"]
            assert abs(shown - bill) < Decimal("1e-6")
            assert shown.quantize(CENT) == bill.quantize(CENT)
        sources = set(UsageRecord.objects.traffic().values_list("cost_source", flat=True))
        assert sources == {CostSource.BILLED}
        assert not BilledCost.objects.exclude(unattributed=0).exists()
        nobody = AgentDay.objects.filter(agent=None).aggregate(sum=Sum("cost", default=0))["sum"]
        assert nobody < bill / 20


def test_tokens_shown_are_the_tokens_of_the_vendors_report(
    house: House, simulator: Simulator
) -> None:
    connection, span = connect(house, simulator, "openai"), whole_days(3)
    take_in(house, connection)
    with house.inside(), open_connector(connection) as connector:
        rows = list(connector.usage(span))
        sync_usage(connection, span)
        for model in (ModelHour, AgentDay):
            sums = model.objects.aggregate(
                *(Sum(name) for name in ("input_tokens", "output_tokens", "requests"))
            )
            assert list(sums.values()) == [
                sum(getattr(row, name) or 0 for row in rows)
                for name in ("input_tokens", "output_tokens", "requests")
            ]


def test_agents_of_openai_get_their_part_of_the_bill(house: House, simulator: Simulator) -> None:
    connection, span = connect(house, simulator, "openai"), whole_days(3)
    take_in(house, connection)
    with house.inside():
        sync_usage(connection, span)
        sync_costs(connection, span)
        for name, source in (
            ("Support triage", CostSource.ALLOCATED),
            ("lead-scoring", CostSource.BILLED),
        ):
            rows = AgentDay.objects.filter(agent__name=name)
            assert {row.cost_source for row in rows} == {source}
            assert sum(row.cost for row in rows) > 1


def test_a_runtime_key_alone_gives_estimates_by_agent(house: House, simulator: Simulator) -> None:
    connection, span = connect(house, simulator, "openai", admin_key=None), whole_days(2)
    take_in(house, connection)
    with house.inside():
        sync_usage(connection, span)
        sources = set(UsageRecord.objects.traffic().values_list("cost_source", flat=True))
        assert sources == {CostSource.ESTIMATED}
        assert AgentDay.objects.exclude(agent=None).count() > 3
        assert not AgentDay.objects.filter(agent=None).exists()


def test_a_late_correction_is_taken_over(house: House, simulator: Simulator) -> None:
    connection, span = connect(house, simulator, "anthropic"), whole_days(2)
    with house.inside():
        sync_usage(connection, span)
        sync_costs(connection, span)
        before = ModelHour.objects.aggregate(sum=Sum("cost"))["sum"]
        yesterday = int(span.end.timestamp()) // 86_400 - 1
        worker = next(iter(simulator.world.agents("anthropic", newest_first=False)))
        with simulator.world.lock:
            simulator.world.changes.corrections[worker.id, yesterday] = 500
            simulator.world.changes.edition += 1
        assert sync_usage(connection, span).found["changed"] > 0
        assert sync_costs(connection, span).found["changed"] > 0
        after = ModelHour.objects.aggregate(sum=Sum("cost"))["sum"]
        assert after < before
    assert after.quantize(CENT) == billed(house, connection, span).quantize(CENT)


def test_a_page_that_fails_leaves_nothing_half_read(house: House, simulator: Simulator) -> None:
    connection, span = connect(house, simulator, "openai"), whole_days(20)
    simulator.faults.rules.append(
        Fault("openai", "/organization/usage/completions", "page_3_fails")
    )
    with house.inside():
        with pytest.raises(ConnectorError):
            sync_usage(connection, span)
        assert UsageRecord.objects.count() == ModelHour.objects.count() == 0
        run = SyncRun.objects.get(kind="usage")
        assert (run.state, run.found) == (SyncState.FAILED, {})
        assert run.error


def test_rows_told_twice_are_set_aside_and_counted(house: House, simulator: Simulator) -> None:
    connection, span = connect(house, simulator, "anthropic"), whole_days(1)
    with house.inside():
        clean = sync_usage(connection, span).found["rows"]
        simulator.faults.rules.append(Fault("anthropic", "/analytics/usage", "duplicate_usage"))
        run = sync_usage(connection, span)
    assert (run.state, run.found["rows"], run.found["changed"]) == (SyncState.PARTIAL, clean, 0)
    assert run.unread == [
        {"what": f"{clean} usage rows", "why": "told twice", "fault": "malformed"}
    ]


def test_a_revoked_key_marks_the_connection_and_a_good_reading_takes_it_back(
    house: House, simulator: Simulator
) -> None:
    connection, span = connect(house, simulator, "openai"), whole_days(1)
    fault = Fault("openai", "/organization/costs", "401")
    simulator.faults.rules.append(fault)
    with house.inside():
        with pytest.raises(ConnectorError):
            sync_costs(connection, span)
        connection.refresh_from_db()
        assert connection.status == ConnectionStatus.NEEDS_ATTENTION
        simulator.faults.rules.clear()
        sync_costs(connection, span)
        connection.refresh_from_db()
        assert connection.status == ConnectionStatus.HEALTHY


def test_without_single_agents_usage_the_costs_still_stand(
    house: House, simulator: Simulator
) -> None:
    connection, span = connect(house, simulator, "openai"), whole_days(1)
    simulator.faults.rules.append(Fault("openai", "/agents/sessions", "500"))
    with house.inside():
        run = sync_usage(connection, span)
        assert run.state == SyncState.PARTIAL
        assert run.unread[0]["what"] == "what single agents used"
        assert ModelHour.objects.exists()


def test_a_connection_is_read_by_its_job(committed: None, simulator: Simulator) -> None:
    house = make_house("Initech")
    connect(house, simulator, "anthropic", runtime_key=None)
    with house.inside():
        job = Job.objects.get(kind="costs.sync")
    assert run_job(job.pk, house.organization.pk)
    with house.inside():
        assert Job.objects.get(pk=job.pk).state == JobState.DONE
        assert set(SyncRun.objects.values_list("kind", "state")) == {
            ("usage", SyncState.COMPLETE),
            ("costs", SyncState.COMPLETE),
        }
        first = UsageRecord.objects.earliest("starts_at").starts_at
        assert datetime.now(UTC) - first > timedelta(days=29)


def test_the_second_reading_goes_back_two_days_of_usage_and_a_week_of_bills(
    house: House, simulator: Simulator
) -> None:
    connection = connect(house, simulator, "openai", runtime_key=None)
    with house.inside():
        sync_usage(connection, whole_days(1))
        sync_costs(connection, whole_days(1))
        simulator.faults.log.clear()
        parts: list[str] = []
        read_connection(connection.pk, parts.append)
    assert parts == ["usage", "costs"]
    started = {
        entry["path"]: int(dict(entry["query"])["start_time"])
        for entry in reversed(simulator.faults.log)
    }
    today = int(whole_days(0).start.timestamp())
    assert started["/organization/usage/completions"] == today - 2 * 86_400
    assert started["/organization/costs"] == today - 7 * 86_400


def test_reading_needs_the_permission(house: House, simulator: Simulator) -> None:
    connection = connect(house, simulator, "openai")
    for role in ("viewer", "member", "auditor"):
        with house.inside(role), pytest.raises(Forbidden):
            sync_usage(connection)


def test_a_disconnected_connection_is_not_read(house: House, simulator: Simulator) -> None:
    connection = connect(house, simulator, "openai")
    with house.inside():
        Connection.objects.update(status=ConnectionStatus.DISCONNECTED)
        parts: list[Any] = []
        read_connection(connection.pk, parts.append)
    assert parts == []
