"""How agents at OpenAI are."""

from datetime import UTC, datetime
from typing import Any

import pytest

from connectors.base import ConnectorError
from tests.connectors.openai_rows import ADMIN, ESTATE, NOW, ONE, RUNTIME, agent, key, session, turn
from tests.connectors.vendor import Vendor, error, listed, ref

WELL = {
    "GET /v1/agents/agent_1": agent(1),
    "GET /v1/agents/agent_2": agent(2),
    "GET /v1/models/gpt-5.5": {"id": "gpt-5.5", "object": "model", "shutdown_date": None},
    "GET /v1/agents/sessions": listed(session(1)),
    "GET /v1/agents/sessions/asess_1/turns": listed(turn(1), turn(2, seconds=4)),
}


def test_a_healthy_agent_is_read_in_four_calls() -> None:
    vendor = Vendor(WELL)
    reading = vendor.connector("openai", **RUNTIME).health(ONE)
    assert (reading.exists, reading.requests, reading.errors) == (True, 2, 0)
    assert (reading.p95_ms, reading.model_state, reading.fault) == (4000, "active", "")
    assert reading.last_seen_at == datetime.fromtimestamp(NOW - 1, UTC)
    assert reading.latency_ms is not None
    assert len(vendor.asked) == 4
    assert all(request.method == "GET" for request in vendor.asked)


def test_a_model_is_asked_for_once() -> None:
    vendor = Vendor(WELL)
    connector = vendor.connector("openai", **RUNTIME)
    connector.health(ONE)
    connector.health(ref("agent_2", "agents_api"))
    assert vendor.paths().count("GET /v1/models/gpt-5.5") == 1
    assert len(vendor.asked) == 7


def test_failed_turns_and_failed_sessions_are_errors() -> None:
    failed = turn(1, "failed", error={"code": "rate_limit_exceeded", "message": "Too fast."})
    table = {
        "GET /v1/agents/sessions": listed(
            session(1),
            session(2, "failed", error="It broke."),
            session(3, "failed", error="Long ago.", last_active_at=NOW - 200_000),
        ),
        "GET /v1/agents/sessions/asess_1/turns": listed(failed, turn(2), turn(3, "in_progress")),
    }
    reading = Vendor(WELL | table).connector("openai", **RUNTIME).health(ONE)
    assert (reading.requests, reading.errors) == (3, 2)
    assert reading.last_error == "rate_limit_exceeded: Too fast."


def test_an_agent_without_sessions_has_done_nothing() -> None:
    vendor = Vendor(WELL | {"GET /v1/agents/sessions": listed()})
    reading = vendor.connector("openai", **RUNTIME).health(ONE)
    assert (reading.requests, reading.errors, reading.last_seen_at) == (0, 0, None)


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        ({"id": "m", "shutdown_date": "2020-01-01"}, "retired"),
        ({"id": "m", "shutdown_date": "2999-01-01"}, "deprecated"),
        (error(404, "The model does not exist"), "retired"),
        (error(403, "No access"), "unknown"),
    ],
)
def test_the_state_of_the_model_is_told(answer: Any, state: str) -> None:
    vendor = Vendor(WELL | {"GET /v1/models/gpt-5.5": answer})
    reading = vendor.connector("openai", **RUNTIME).health(ONE)
    assert reading.model_state == state
    assert (reading.model_retires_at is not None) == ("shutdown_date" in str(answer))


def test_a_missing_agent_does_not_exist() -> None:
    reading = Vendor({}).connector("openai", **RUNTIME).health(ONE)
    assert (reading.exists, reading.fault) == (False, "not_found")


def test_an_assistant_is_gone_without_asking() -> None:
    vendor = Vendor({})
    reading = vendor.connector("openai", **RUNTIME).health(ref("asst_1", "import"))
    assert reading.exists is False
    assert vendor.asked == []


@pytest.mark.parametrize("status", [401, 403, 429, 500])
def test_a_failure_of_the_connection_is_no_finding_about_the_agent(status: int) -> None:
    vendor = Vendor({"GET /v1/agents/agent_1": error(status, "No")})
    with pytest.raises(ConnectorError):
        vendor.connector("openai", **RUNTIME).health(ONE)


def test_sessions_that_cannot_be_read_leave_the_rest_standing() -> None:
    vendor = Vendor(WELL | {"GET /v1/agents/sessions": error(429, "Slow down")})
    reading = vendor.connector("openai", **RUNTIME).health(ONE)
    assert (reading.exists, reading.model_state) == (True, "active")
    assert (reading.requests, reading.fault) == (None, "rate_limited")


@pytest.mark.parametrize("known", [{}, {"project_id": "proj_1"}])
def test_a_key_tells_when_it_was_used(known: dict[str, str]) -> None:
    vendor = Vendor(ESTATE)
    connector = vendor.connector("openai", **ADMIN)
    reading = connector.health(ref("key_2", "api_key", **known))
    assert reading.last_seen_at == datetime.fromtimestamp(NOW - 60, UTC)
    assert connector.health(ref("svc_acct_1", "service_account", **known)).last_seen_at
    assert len(vendor.asked) <= 4


def test_a_key_that_ran_out_is_at_fault() -> None:
    keys = listed(key(1, expires_at=NOW - 5), key(2, owner_project_access="inactive"))
    table = ESTATE | {"GET /v1/organization/projects/proj_1/api_keys": keys}
    connector = Vendor(table).connector("openai", **ADMIN)
    assert connector.health(ref("key_1", "api_key")).fault == "credentials"
    assert "no longer has access" in connector.health(ref("key_2", "api_key")).last_error
    assert connector.health(ref("key_9", "api_key")).exists is False
    assert connector.health(ref("svc_acct_2", "service_account")).exists is True
