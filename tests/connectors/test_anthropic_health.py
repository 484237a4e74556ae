"""How agents at Anthropic are."""

from typing import Any

import pytest

from connectors.base import ConnectorError
from tests.connectors.anthropic_rows import (
    ADMIN,
    KEY,
    NOW,
    ONE,
    RUNTIME,
    agent,
    ago,
    key,
    request_span,
    run,
    session,
)
from tests.connectors.vendor import Vendor, error, ref

WELL = {
    "GET /v1/agents/agent_1": agent(1),
    "GET /v1/agents/agent_2": agent(2),
    "GET /v1/models/claude-opus-5-5": {"id": "m", "lifecycle": "active", "retires_at": None},
    "GET /v1/sessions": {"data": [session(1), session(0)], "next_page": None},
    "GET /v1/sessions/sesn_0/events": {"data": request_span(1, 2), "next_page": None},
    "GET /v1/deployment_runs": {"data": [], "next_page": None},
}


def test_a_healthy_agent_is_read_from_its_latest_session() -> None:
    vendor = Vendor(WELL)
    reading = vendor.connector("anthropic", **RUNTIME).health(ONE)
    assert (reading.exists, reading.requests, reading.errors) == (True, 1, 0)
    assert (reading.p95_ms, reading.model_state, reading.fault) == (2000, "active", "")
    assert reading.last_seen_at == NOW
    assert all(request.method == "GET" for request in vendor.asked)
    events = next(request for request in vendor.asked if "events" in request.url.path)
    assert "session.error" in events.url.params.get_list("types[]")


def test_what_agents_share_is_asked_once() -> None:
    vendor = Vendor(WELL)
    connector = vendor.connector("anthropic", **RUNTIME)
    connector.health(ONE)
    connector.health(ref("agent_2", "managed_agents"))
    assert vendor.paths().count("GET /v1/models/claude-opus-5-5") == 1
    assert vendor.paths().count("GET /v1/deployment_runs") == 1
    assert len(vendor.asked) == 8


def test_failed_requests_and_runs_that_never_began_are_errors() -> None:
    spoken = {
        "id": "sevt_9",
        "type": "session.error",
        "error": {"type": "model_overloaded_error", "message": "Overloaded."},
        "processed_at": ago(50),
    }
    events = [spoken, *request_span(1, 3, failed=True), *request_span(2, 1)]
    table = {
        "GET /v1/sessions/sesn_0/events": {"data": events, "next_page": None},
        "GET /v1/deployment_runs": {"data": [run(1), run(2, "agent_2")], "next_page": None},
    }
    vendor = Vendor(WELL | table)
    reading = vendor.connector("anthropic", **RUNTIME).health(ONE)
    assert (reading.requests, reading.errors) == (3, 2)
    assert reading.last_error == "model_overloaded_error: Overloaded."
    runs = next(request for request in vendor.asked if "runs" in request.url.path)
    assert runs.url.params["has_error"] == "true"


def test_an_agent_whose_runs_never_begin_is_failing() -> None:
    table = {
        "GET /v1/sessions": {"data": [], "next_page": None},
        "GET /v1/deployment_runs": {"data": [run(1)], "next_page": None},
    }
    reading = Vendor(WELL | table).connector("anthropic", **RUNTIME).health(ONE)
    assert (reading.requests, reading.errors, reading.last_seen_at) == (1, 1, None)
    assert reading.last_error == "vault_not_found_error: The vault is gone."


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        ({"lifecycle": "deprecated", "retires_at": "2999-01-01T00:00:00Z"}, "deprecated"),
        ({"lifecycle": "retired", "retires_at": "2020-01-01T00:00:00Z"}, "retired"),
        ({"lifecycle": "deprecated", "retires_at": "2020-01-01T00:00:00Z"}, "deprecated"),
        (error(404, "No such model", "not_found_error"), "retired"),
        (error(529, "Overloaded", "overloaded_error"), "unknown"),
    ],
)
def test_the_state_of_the_model_is_the_vendors_word(answer: Any, state: str) -> None:
    vendor = Vendor(WELL | {"GET /v1/models/claude-opus-5-5": answer})
    reading = vendor.connector("anthropic", **RUNTIME).health(ONE)
    assert reading.model_state == state
    assert (reading.model_retires_at is not None) == isinstance(answer, dict)


def test_missing_and_archived_agents_do_not_exist() -> None:
    assert Vendor({}).connector("anthropic", **RUNTIME).health(ONE).exists is False
    archived = {"GET /v1/agents/agent_1": agent(1, archived_at="2026-11-01T00:00:00Z")}
    reading = Vendor(WELL | archived).connector("anthropic", **RUNTIME).health(ONE)
    assert (reading.exists, reading.last_error) == (False, "The agent was archived on 2026-11-01.")


@pytest.mark.parametrize("status", [401, 403, 429, 529])
def test_a_failure_of_the_connection_is_no_finding_about_the_agent(status: int) -> None:
    vendor = Vendor({"GET /v1/agents/agent_1": error(status, "No")})
    with pytest.raises(ConnectorError):
        vendor.connector("anthropic", **RUNTIME).health(ONE)


def test_sessions_that_cannot_be_read_leave_the_rest_standing() -> None:
    vendor = Vendor(WELL | {"GET /v1/sessions": error(529, "Overloaded", "overloaded_error")})
    reading = vendor.connector("anthropic", **RUNTIME).health(ONE)
    assert (reading.exists, reading.requests, reading.fault) == (True, None, "overloaded")


@pytest.mark.parametrize(
    ("row", "exists", "fault"),
    [
        (key(1), True, ""),
        (key(1, "inactive"), True, "credentials"),
        (key(1, expires_at=ago(5)), True, "credentials"),
        (key(1, "archived"), False, "credentials"),
        (error(404, "No such key", "not_found_error"), False, "not_found"),
    ],
)
def test_a_key_tells_whether_it_may_be_used(row: Any, exists: bool, fault: str) -> None:
    vendor = Vendor({"GET /v1/organizations/api_keys/apikey_1": row})
    reading = vendor.connector("anthropic", **ADMIN).health(KEY)
    assert (reading.exists, reading.fault) == (exists, fault)
