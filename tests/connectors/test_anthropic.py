"""What is found at Anthropic, as its SDK's types say it answers; its keys and its errors."""

from decimal import Decimal
from typing import Any

import httpx2
import pytest

from connectors.base import ConnectorError, Support, Verb
from tests.connectors.anthropic_rows import (
    ADMIN,
    AGENTS,
    BOTH,
    ESTATE,
    RUNTIME,
    agent,
    ago,
    deployment,
    key,
    used,
)
from tests.connectors.vendor import Vendor, error, listed, ref


def test_managed_agents_are_found_with_their_settings() -> None:
    vendor = Vendor(AGENTS)
    found = vendor.connector("anthropic", **RUNTIME).discover()
    first = found.agents[0]
    assert (first.vendor_agent_id, first.name, first.model) == (
        "agent_1",
        "Agent 1",
        "claude-opus-5-5",
    )
    assert (first.type, first.status, first.confidence) == ("assistant", "active", Decimal(1))
    assert first.config["system"] == "Be kind."
    assert first.config["version"] == 3
    assert first.description == "Answers people."
    assert first.vendor_updated_at is not None
    assert found.sources == ("managed_agents",)


def test_requests_carry_the_version_the_beta_and_the_key() -> None:
    vendor = Vendor(AGENTS)
    vendor.connector("anthropic", {"workspace_id": "wrkspc_1"}, **RUNTIME).discover()
    headers = vendor.asked[-1].headers
    assert headers["anthropic-version"] == "2026-10-21"
    assert headers["anthropic-beta"] == "managed-agents-2026-04-01"
    assert headers["anthropic-workspace-id"] == "wrkspc_1"
    assert headers["authorization"] == f"Bearer {RUNTIME['runtime']}"
    assert "x-api-key" not in headers


def test_a_key_that_is_no_bearer_is_sent_as_x_api_key_from_then_on() -> None:
    def only_x_api_key(request: httpx2.Request) -> Any:
        if request.headers.get("x-api-key") != RUNTIME["runtime"]:
            return error(401, "invalid x-api-key", "authentication_error")
        return httpx2.Response(200, json={"data": [agent(1)], "next_page": None})

    paths = ("GET /v1/agents", "GET /v1/deployments")
    vendor = Vendor(dict.fromkeys(paths, only_x_api_key))
    assert vendor.connector("anthropic", **RUNTIME).discover().agents
    assert ["authorization" in request.headers for request in vendor.asked] == [True, False, False]


def test_a_key_that_is_refused_both_ways_is_refused() -> None:
    vendor = Vendor(dict.fromkeys(AGENTS, error(401, "invalid x-api-key", "authentication_error")))
    with pytest.raises(ConnectorError) as caught:
        vendor.connector("anthropic", **RUNTIME).discover()
    assert (caught.value.fault, caught.value.permanent) == ("credentials", True)


@pytest.mark.parametrize(
    ("deployments", "status"),
    [
        ([deployment(1)], "active"),
        ([deployment(1, "paused")], "paused"),
        ([deployment(1, "paused"), deployment(2)], "active"),
        ([deployment(1, "paused"), deployment(2, archived_at=ago(5))], "paused"),
        ([deployment(1, archived_at=ago(5))], "active"),
        ([deployment(1, "paused", paused_reason={"type": "error", "error": {}})], "error"),
    ],
)
def test_an_agent_is_paused_when_all_its_deployments_are(deployments: Any, status: str) -> None:
    table = AGENTS | {"GET /v1/deployments": {"data": deployments, "next_page": None}}
    found = Vendor(table).connector("anthropic", **RUNTIME).discover()
    assert [each.status for each in found.agents] == [status, "active"]


def test_without_deployments_nobody_knows_whether_an_agent_is_paused() -> None:
    table = AGENTS | {"GET /v1/deployments": error(529, "Overloaded", "overloaded_error")}
    found = Vendor(table).connector("anthropic", **RUNTIME).discover()
    assert {each.status for each in found.agents} == {"unknown"}
    assert [(unread.what, unread.fault) for unread in found.unread] == [
        ("deployments", "overloaded")
    ]


def test_agents_are_read_page_by_page_and_the_third_page_counts() -> None:
    pages = [{"data": [agent(n)], "next_page": f"page_{n}"} for n in (1, 2)]
    whole = [*pages, {"data": [agent(3)], "next_page": None}]
    found = Vendor(AGENTS | {"GET /v1/agents": whole}).connector("anthropic", **RUNTIME).discover()
    assert len(found.agents) == 3
    broken = [*pages, error(500, "Oops", "api_error")]
    with pytest.raises(ConnectorError, match="Oops"):
        Vendor(AGENTS | {"GET /v1/agents": broken}).connector("anthropic", **RUNTIME).discover()


def test_keys_are_candidates_and_archived_ones_are_not() -> None:
    account = {"type": "service_account_actor", "service_account_id": "svac_1"}
    first = listed(key(1), key(2, "inactive", principal=account), more=True, last_id="apikey_2")
    second = listed(key(3, expires_at=ago(5)), key(4, "archived"), last_id="apikey_4")
    vendor = Vendor(ESTATE | {"GET /v1/organizations/api_keys": [first, second]})
    found = vendor.connector("anthropic", **ADMIN).discover()
    assert [(each.vendor_agent_id, each.status, each.confidence) for each in found.agents] == [
        ("apikey_1", "active", Decimal("0.3")),
        ("apikey_2", "paused", Decimal("0.5")),
        ("apikey_3", "error", Decimal("0.3")),
    ]
    assert found.sources == ("api_key",)
    assert vendor.asked[1].url.params["after_id"] == "apikey_2"


def test_keys_of_known_agents_are_no_candidates() -> None:
    rows = [used(api_key_id="apikey_2"), used(api_key_id="apikey_3")]
    rows.append(used(api_key_id="apikey_3", agent_id=None))
    table = {
        "GET /v1/organizations/api_keys": listed(*(key(n) for n in range(1, 5))),
        "GET /v1/organizations/analytics/usage": listed(*rows, next_page=None),
        "GET /v1/agents": {"data": [agent(1, metadata={"key": "apikey_4"})], "next_page": None},
    }
    found = Vendor(AGENTS | table).connector("anthropic", **BOTH).discover()
    assert {each.vendor_agent_id for each in found.agents} == {"agent_1", "apikey_1", "apikey_3"}


def test_keys_that_cannot_be_read_leave_the_agents_standing() -> None:
    table = AGENTS | {"GET /v1/organizations/api_keys": error(403, "No", "permission_error")}
    found = Vendor(table).connector("anthropic", **BOTH).discover()
    assert len(found.agents) == 2
    assert found.sources == ("managed_agents",)
    assert found.unread[0].fault == "permission"


@pytest.mark.parametrize(
    ("answer", "fault", "permanent"),
    [
        (error(400, "Bad", "invalid_request_error"), "refused", True),
        (error(402, "Pay", "billing_error"), "billing", True),
        (error(403, "No", "permission_error"), "permission", True),
        (error(409, "Changed", "conflict_error"), "conflict", False),
        (error(413, "Large", "request_too_large"), "refused", True),
        (error(429, "Slow down", "rate_limit_error"), "rate_limited", False),
        (error(500, "Oops", "api_error"), "unavailable", False),
        (error(529, "Overloaded", "overloaded_error"), "overloaded", False),
        (httpx2.ConnectTimeout("slow"), "timeout", False),
        (httpx2.Response(200, content=b"\xff\xfe{"), "malformed", False),
        (httpx2.Response(200, json={"data": "none"}), "malformed", False),
    ],
)
def test_every_failure_has_a_name(answer: Any, fault: str, permanent: bool) -> None:
    vendor = Vendor(AGENTS | {"GET /v1/agents": answer})
    with pytest.raises(ConnectorError) as caught:
        vendor.connector("anthropic", **RUNTIME).discover()
    assert (caught.value.fault, caught.value.permanent) == (fault, permanent)


def test_the_request_id_and_the_vendors_code_are_kept() -> None:
    body = {
        "type": "error",
        "error": {
            "type": "permission_error",
            "message": "The key sk-ant-api03-abcdefghijkl lacks a scope.",
            "details": {"error_code": "api_key_scope_missing"},
        },
    }
    answer = httpx2.Response(403, json=body, headers={"request-id": "req_011"})
    vendor = Vendor(dict.fromkeys(AGENTS, answer))
    with pytest.raises(ConnectorError) as caught:
        vendor.connector("anthropic", **RUNTIME).discover()
    assert caught.value.details["request_id"] == "req_011"
    assert caught.value.details["vendor_code"] == "api_key_scope_missing"
    assert "sk-ant" not in str(caught.value.details)


def report(table: dict[str, Any], **keys: str) -> Any:
    (only,) = Vendor(table).connector("anthropic", **keys).test()
    return only


def test_good_keys_unlock_their_verbs() -> None:
    runtime, admin = report(AGENTS, **RUNTIME), report(ESTATE, **ADMIN)
    assert (runtime.ok, admin.ok) == (True, True)
    assert {Verb.PAUSE, Verb.INJECT, Verb.INTERACTIONS} <= set(runtime.unlocks)
    assert {Verb.USAGE, Verb.COSTS, Verb.PAUSE} <= set(admin.unlocks)


def test_an_admin_key_is_no_runtime_key_and_nobody_is_asked() -> None:
    vendor = Vendor(AGENTS | ESTATE)
    (said,) = vendor.connector("anthropic", runtime=ADMIN["admin"]).test()
    assert (said.fault, vendor.asked) == ("wrong_kind", [])


def test_a_workspace_key_is_no_admin_key() -> None:
    denied = error(403, "Workspace keys cannot do this", "permission_error")
    said = report(AGENTS | dict.fromkeys(ESTATE, denied), admin=RUNTIME["runtime"])
    assert said.fault == "wrong_kind"


def test_a_key_without_a_workspace_is_an_admin_key_whatever_it_looks_like() -> None:
    assert report(ESTATE, admin=RUNTIME["runtime"]).ok


def test_usage_by_the_older_reports_counts_as_usage() -> None:
    table = {
        "GET /v1/organizations/api_keys": error(403, "No", "permission_error"),
        "GET /v1/organizations/usage_report/messages": listed(next_page=None),
    }
    said = report(table, **ADMIN)
    assert said.ok
    assert Verb.USAGE in said.unlocks
    assert Verb.PAUSE not in said.unlocks
    assert said.missing_permissions == ("access to API keys",)


def test_capabilities_follow_the_credentials() -> None:
    admin = Vendor({}).connector("anthropic", **ADMIN).capabilities()
    support = {each.verb: each.support for each in admin}
    assert support[Verb.COSTS] is Support.NATIVE
    assert support[Verb.PAUSE] is Support.PARTIAL
    assert support[Verb.INJECT] is Support.NONE


def test_a_key_has_neither_conversations_nor_a_system_prompt() -> None:
    connector = Vendor({}).connector("anthropic", **BOTH)
    with pytest.raises(ConnectorError) as caught:
        connector.interactions(ref("apikey_1", "api_key"), limit=5)
    assert caught.value.fault == "unsupported"
    with pytest.raises(ConnectorError) as caught:
        connector.inject(ref("apikey_1", "api_key"), "Hello")
    assert caught.value.fault == "unsupported"
