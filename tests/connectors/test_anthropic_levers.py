"""Pausing, resuming and instructing agents at Anthropic."""

from typing import Any

import httpx2
import pytest

from connectors.base import Connector, ConnectorError
from tests.connectors.anthropic_rows import (
    ADMIN,
    KEY,
    ONE,
    RUNTIME,
    agent,
    deployment,
    key,
    session,
)
from tests.connectors.vendor import Vendor, error

RUNS = {
    "GET /v1/deployments": {
        "data": [deployment(1), deployment(2, "paused"), deployment(3, archived_at="2026-01-01")],
        "next_page": None,
    },
    "GET /v1/sessions": {"data": [session(1, "running")], "next_page": None},
    "POST /v1/deployments/depl_1/pause": deployment(1, "paused"),
    "POST /v1/deployments/depl_2/unpause": deployment(2),
    "POST /v1/sessions/sesn_1/events": {"data": []},
}


def test_pausing_pulls_every_lever_and_names_those_that_do_not_exist() -> None:
    vendor = Vendor(RUNS)
    levers = vendor.connector("anthropic", **RUNTIME).pause(ONE)
    assert [(lever.name, lever.pulled) for lever in levers] == [
        ("deployment depl_1", True),
        ("deployment depl_2", False),
        ("session sesn_1", True),
        ("agent", False),
    ]
    assert vendor.sent() == {"events": [{"type": "user.interrupt"}]}
    sessions = next(request for request in vendor.asked if request.url.path == "/v1/sessions")
    assert sessions.url.params.get_list("statuses[]") == ["running", "rescheduling"]
    assert not [path for path in vendor.paths() if "archive" in path or "DELETE" in path]


def test_resuming_starts_only_what_pausing_stopped() -> None:
    connector = Vendor(RUNS).connector("anthropic", **RUNTIME)
    assert not any(lever.pulled for lever in connector.resume(ONE, only=["deployment depl_1"]))
    pulled = [lever.name for lever in connector.resume(ONE) if lever.pulled]
    assert pulled == ["deployment depl_2"]


def test_what_anthropic_paused_itself_is_not_resumed() -> None:
    broken = deployment(2, "paused", paused_reason={"type": "error", "error": {}})
    vendor = Vendor(RUNS | {"GET /v1/deployments": {"data": [broken], "next_page": None}})
    levers = vendor.connector("anthropic", **RUNTIME).resume(ONE)
    assert not any(lever.pulled for lever in levers)
    assert "failed run" in levers[0].detail


def test_a_lever_that_fails_does_not_keep_the_others_back() -> None:
    vendor = Vendor(RUNS | {"POST /v1/deployments/depl_1/pause": error(529, "Overloaded")})
    levers = vendor.connector("anthropic", **RUNTIME).pause(ONE)
    assert (levers[0].pulled, levers[0].fault, levers[2].pulled) == (False, "overloaded", True)


def test_a_rehearsal_names_the_levers_and_pulls_none() -> None:
    vendor = Vendor(RUNS)
    connector = vendor.connector("anthropic", **RUNTIME)
    due = [lever.name for lever in connector.pause(ONE, rehearse=True) if lever.pulled]
    assert due == ["deployment depl_1", "session sesn_1"]
    due = [lever.name for lever in connector.resume(ONE, rehearse=True) if lever.pulled]
    assert due == ["deployment depl_2"]
    assert {request.method for request in vendor.asked} == {"GET"}
    vendor, connector = switch("active")
    assert [lever.pulled for lever in connector.pause(KEY, rehearse=True)] == [True]
    assert {request.method for request in vendor.asked} == {"GET"}


def switch(status: str) -> tuple[Vendor, Connector]:
    path = "/v1/organizations/api_keys/apikey_1"
    vendor = Vendor({f"GET {path}": key(1, status), f"POST {path}": key(1)})
    return vendor, vendor.connector("anthropic", **ADMIN)


def test_a_key_is_switched_off_and_on() -> None:
    vendor, connector = switch("active")
    assert [lever.pulled for lever in connector.pause(KEY)] == [True]
    assert vendor.sent() == {"status": "inactive"}
    vendor, connector = switch("inactive")
    assert [lever.pulled for lever in connector.resume(KEY)] == [True]
    assert vendor.sent() == {"status": "active"}
    assert not any(lever.pulled for lever in connector.resume(KEY, only=[]))


@pytest.mark.parametrize("status", ["archived", "expired", "inactive"])
def test_a_key_that_is_off_already_is_left_alone(status: str) -> None:
    vendor, connector = switch(status)
    (lever,) = connector.pause(KEY)
    assert (lever.pulled, lever.fault, lever.detail) == (False, "", f"The key is {status}.")
    assert len(vendor.asked) == 1


class System:
    """A system prompt with the vendor's lock, that others may change meanwhile."""

    def __init__(self, text: str | None, *, others: int = 0) -> None:
        self.text, self.version, self.others = text, 3, others
        answers = {"GET /v1/agents/agent_1": self.read, "POST /v1/agents/agent_1": self.write}
        self.vendor = Vendor(answers)
        self.connector = self.vendor.connector("anthropic", **RUNTIME)

    def read(self, _request: httpx2.Request) -> httpx2.Response:
        row = agent(1, system=self.text, version=self.version)
        if self.others:
            self.others -= 1
            self.version += 1
        return httpx2.Response(200, json=row)

    def write(self, request: httpx2.Request) -> Any:
        sent = self.vendor.sent()
        if sent["version"] != self.version:
            return error(409, "The agent was changed.", "conflict_error")
        self.text, self.version = sent["system"], self.version + 1
        return self.read(request)


def test_a_text_is_injected_replaced_and_removed() -> None:
    system = System("Be kind.")
    said = system.connector.inject(ONE, "Speak German.")
    assert said == "system prompt of agent_1, version 4"
    assert system.text == "Be kind.\n\n<!-- ARM:begin -->\nSpeak German.\n<!-- ARM:end -->"
    system.connector.inject(ONE, "Speak French.")
    assert "German" not in str(system.text)
    system.connector.inject(ONE, "")
    assert system.text == "Be kind."


def test_a_prompt_that_was_empty_is_empty_again() -> None:
    system = System(None)
    system.connector.inject(ONE, "Speak German.")
    system.connector.inject(ONE, "")
    assert system.text is None


def test_whoever_was_faster_is_not_overwritten() -> None:
    system = System("Be kind.", others=1)
    system.connector.inject(ONE, "Speak German.")
    writes = [path for path in system.vendor.paths() if path.startswith("POST")]
    assert len(writes) == 2
    assert "German" in str(system.text)


def test_a_prompt_that_never_holds_still_is_left_alone() -> None:
    system = System("Be kind.", others=99)
    with pytest.raises(ConnectorError) as caught:
        system.connector.inject(ONE, "Speak German.")
    assert (caught.value.fault, system.text) == ("conflict", "Be kind.")
