"""What is found at OpenAI, as its documentation says it answers."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from connectors.base import ConnectorError
from tests.connectors.openai_rows import (
    ADMIN,
    AGENTS,
    BOTH,
    ESTATE,
    RUNTIME,
    agent,
    automation,
    page,
    project,
    session,
    tokens,
)
from tests.connectors.vendor import Vendor, error, listed, ref


def test_agents_are_found_with_their_settings() -> None:
    vendor = Vendor(AGENTS)
    found = vendor.connector("openai", **RUNTIME).discover()
    first = found.agents[0]
    assert (first.vendor_agent_id, first.name, first.model) == ("agent_1", "Agent 1", "gpt-5.5")
    assert (first.type, first.status, first.confidence) == ("assistant", "active", Decimal(1))
    assert first.config["instructions"] == "Be kind."
    assert first.metadata == {"team": "support"}
    assert first.vendor_created_at == datetime.fromtimestamp(1_790_000_000, UTC)
    assert found.sources == ("agents_api",)
    assert vendor.asked[-1].headers["openai-beta"] == "agents=v1"
    assert vendor.asked[-1].headers["authorization"] == f"Bearer {RUNTIME['runtime']}"


def test_an_unnamed_agent_goes_by_its_id() -> None:
    vendor = Vendor(AGENTS | {"GET /v1/agents": listed(agent(1, name=None, instructions=None))})
    assert vendor.connector("openai", **RUNTIME).discover().agents[0].name == "agent_1"


def test_agents_are_read_page_by_page() -> None:
    pages = [listed(agent(1), more=True), listed(agent(2), more=True), listed(agent(3))]
    vendor = Vendor(AGENTS | {"GET /v1/agents": pages})
    assert len(vendor.connector("openai", **RUNTIME).discover().agents) == 3
    assert [request.url.params.get("after") for request in vendor.asked[1:]] == [
        None,
        "agent_1",
        "agent_2",
    ]


def test_a_third_page_that_fails_is_not_half_a_discovery() -> None:
    pages = [listed(agent(1), more=True), listed(agent(2), more=True), error(500, "Oops")]
    vendor = Vendor(AGENTS | {"GET /v1/agents": pages} | ESTATE)
    found = vendor.connector("openai", **BOTH).discover()
    assert "agents_api" not in found.sources
    assert "agent_1" not in {each.vendor_agent_id for each in found.agents}
    assert [unread.fault for unread in found.unread] == ["unavailable"]
    assert {"service_account", "api_key"} <= set(found.sources)


def test_an_endless_list_of_agents_is_noticed() -> None:
    vendor = Vendor(AGENTS | {"GET /v1/agents": listed(agent(1), more=True)})
    with pytest.raises(ConnectorError) as caught:
        vendor.connector("openai", **RUNTIME).discover()
    assert caught.value.fault == "endless"


@pytest.mark.parametrize(
    ("automations", "status"),
    [
        ([automation(1)], "active"),
        ([automation(1, "paused")], "paused"),
        ([automation(1, "paused"), automation(2)], "active"),
        ([automation(1, "paused"), automation(2, "completed")], "paused"),
        ([automation(1, "completed")], "active"),
        ([automation(1, "paused", type="existing_session", session_id="asess_1")], "paused"),
        ([automation(1, "paused", type="existing_session", session_id="asess_gone")], "active"),
        ([automation(1, "paused", type="new_session", agent_id=None, agent={})], "active"),
    ],
)
def test_an_agent_is_paused_when_all_that_starts_it_is(automations: Any, status: str) -> None:
    table = {
        "GET /v1/agents/automations": listed(*automations),
        "GET /v1/agents/sessions/asess_1": session(1),
    }
    found = Vendor(AGENTS | table).connector("openai", **RUNTIME).discover()
    assert found.agents[0].status == status
    assert found.agents[1].status == "active"


def test_without_automations_nobody_knows_whether_an_agent_is_paused() -> None:
    vendor = Vendor(AGENTS | {"GET /v1/agents/automations": error(403, "No")})
    found = vendor.connector("openai", **RUNTIME).discover()
    assert {each.status for each in found.agents} == {"unknown"}
    assert [unread.what for unread in found.unread] == ["automations"]
    assert found.sources == ("agents_api",)


def test_service_accounts_and_peoples_keys_are_candidates() -> None:
    found = Vendor(ESTATE).connector("openai", **ADMIN).discover()
    kinds = {each.vendor_agent_id: (each.discovered_via, each.confidence) for each in found.agents}
    assert kinds == {
        "svc_acct_1": ("service_account", Decimal("0.6")),
        "svc_acct_2": ("service_account", Decimal("0.1")),
        "key_2": ("api_key", Decimal("0.3")),
        "key_3": ("api_key", Decimal("0.1")),
    }
    assert found.agents[0].config == {"api_key_ids": ["key_1"]}
    assert found.agents[0].metadata["project_id"] == "proj_1"
    assert "ada@example.com" not in str(found)


def test_what_belongs_to_a_known_agent_is_no_candidate() -> None:
    mentioned = agent(1, name="Service 1", metadata={"runs as": "key_2"})
    vendor = Vendor(AGENTS | ESTATE | {"GET /v1/agents": listed(mentioned)})
    found = vendor.connector("openai", **BOTH).discover()
    assert {each.vendor_agent_id for each in found.agents} == {"agent_1", "svc_acct_2", "key_3"}


def test_a_key_that_only_agents_use_is_no_candidate() -> None:
    by_agents = tokens(api_key_id="key_2", api_source="agents_api")
    mixed = [
        tokens(api_key_id="key_3", api_source=source) for source in ("agents_api", "unlabeled")
    ]
    usage = {"GET /v1/organization/usage/completions": page(by_agents, *mixed)}
    found = Vendor(ESTATE | usage).connector("openai", **ADMIN).discover()
    assert {each.vendor_agent_id for each in found.agents} >= {"key_3"}
    assert "key_2" not in {each.vendor_agent_id for each in found.agents}


def test_while_nobody_can_tell_agents_keys_apart_there_are_no_candidates() -> None:
    usage = "GET /v1/organization/usage/completions"
    away = Vendor(ESTATE | AGENTS | {usage: error(500, "Oops")})
    found = away.connector("openai", **BOTH).discover()
    assert (len(found.agents), found.sources) == (2, ("agents_api",))
    closed = Vendor(ESTATE | AGENTS | {usage: error(403, "Not for you")})
    found = closed.connector("openai", **BOTH).discover()
    assert len(found.agents) > 2
    assert "api_key" in found.sources
    assert [unread.what for unread in found.unread] == ["which keys agents use"]


def test_a_project_that_cannot_be_read_leaves_the_others_standing() -> None:
    table = ESTATE | {
        "GET /v1/organization/projects": listed(project(1), project(2), last_id="proj_2"),
        "GET /v1/organization/projects/proj_2/service_accounts": error(403, "Not yours"),
    }
    found = Vendor(AGENTS | table).connector("openai", **BOTH).discover()
    assert "svc_acct_1" in {each.vendor_agent_id for each in found.agents}
    assert found.sources == ("agents_api",)
    assert "Project 2" in found.unread[0].what


def test_when_nothing_can_be_read_discovery_fails() -> None:
    vendor = Vendor(dict.fromkeys((*AGENTS, *ESTATE), error(503, "Down")))
    with pytest.raises(ConnectorError) as caught:
        vendor.connector("openai", **BOTH).discover()
    assert caught.value.fault == "unavailable"


def test_without_any_key_the_customer_is_told_which_one_is_needed() -> None:
    with pytest.raises(ConnectorError, match="runtime key of OpenAI") as caught:
        Vendor({}).connector("openai").discover()
    assert (caught.value.fault, caught.value.permanent) == ("credentials", True)


def test_an_id_is_one_segment_of_the_path_whatever_it_contains() -> None:
    vendor = Vendor({})
    connector = vendor.connector("openai", **RUNTIME)
    connector.health(ref("x/automations?limit=1", "agents_api"))
    assert vendor.asked[-1].url.raw_path == b"/v1/agents/x%2Fautomations%3Flimit%3D1"
    assert connector.health(ref("..", "agents_api")).exists is False
    assert len(vendor.asked) == 1


def test_the_chosen_organization_and_project_are_named() -> None:
    vendor = Vendor(AGENTS)
    settings = {"organization": "org-1", "project": "proj_1"}
    found = vendor.connector("openai", settings, **RUNTIME).discover()
    assert found.agents
    assert vendor.asked[0].headers["openai-organization"] == "org-1"
    assert vendor.asked[0].headers["openai-project"] == "proj_1"
