"""Taking in what a vendor listed: thousands at once, and only what fits."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from agents.actions.absorb_listing import absorb_listing
from agents.models import Agent, AgentChange, VendorCount
from connectors.actions.begin_sync import begin_sync
from connectors.base import Discovery, FoundAgent
from connectors.models import Connection, SyncKind
from governance.models import AuditEvent
from tests.cast import House


def test_ten_thousand_agents_are_taken_in_by_few_statements(
    house: House, openai: Connection, django_assert_max_num_queries: Any
) -> None:
    found = [
        FoundAgent(
            vendor_agent_id=f"agent_{number}",
            name=f"Agent {number}",
            type="assistant",
            status="active",
            discovered_via="agents_api",
            confidence=Decimal(1),
            config={"instructions": "Help."},
        )
        for number in range(10_000)
    ]
    with house.inside("admin"):
        run = begin_sync(openai, SyncKind.DISCOVERY)
        with django_assert_max_num_queries(260):
            done = absorb_listing(run, Discovery(tuple(found), ("agents_api",)))
        assert done.found["new"] == 10_000
        changed = [replace(each, name=f"{each.name}!") for each in found[:9_000]]
        run = begin_sync(openai, SyncKind.DISCOVERY)
        with django_assert_max_num_queries(30):
            done = absorb_listing(run, Discovery(tuple(changed), ("agents_api",)))
        assert (done.found["changed"], done.found["vanished"]) == (9_000, 1_000)
        assert VendorCount.objects.get(vendor="openai").present == 9_000
        assert AgentChange.objects.filter(kind="changed").count() == 9_000
        assert AuditEvent.objects.filter(action="agents.discover").count() == 2


def test_what_a_vendor_says_is_cut_to_what_fits(house: House, openai: Connection) -> None:
    odd = FoundAgent(
        vendor_agent_id="agent_1",
        name="n" * 500,
        type="robot",
        status="dancing",
        discovered_via="agents_api",
        confidence=Decimal("7.123"),
        model="m" * 500,
    )
    huge = replace(odd, vendor_agent_id="x" * 201)
    with house.inside("admin"):
        run = begin_sync(openai, SyncKind.DISCOVERY)
        done = absorb_listing(run, Discovery((odd, odd, huge), ("agents_api",)))
        assert done.found["new"] == 1
        agent = Agent.objects.get()
    assert (len(agent.name), len(agent.model)) == (200, 120)
    assert (agent.type, agent.status, agent.confidence) == ("custom", "unknown", 1)
