"""Pausing, resuming and instructing agents at OpenAI."""

from typing import Any

import httpx2
import pytest

from connectors.base import Connector, ConnectorError
from tests.connectors.openai_rows import BOTH, ONE, RUNTIME, agent, automation, session
from tests.connectors.vendor import Vendor, error, listed, ref

RUNS = {
    "GET /v1/agents/automations": listed(
        automation(1), automation(2, "paused"), automation(3, type="new_session", agent_id="other")
    ),
    "GET /v1/agents/sessions": listed(session(1, "in_progress"), session(2)),
    "POST /v1/agents/automations/auto_1/pause": automation(1, "paused"),
    "POST /v1/agents/automations/auto_2/resume": automation(2),
    "POST /v1/agents/sessions/asess_1/events": {},
}


def test_pausing_pulls_every_lever_and_names_those_that_do_not_exist() -> None:
    vendor = Vendor(RUNS)
    levers = vendor.connector("openai", **RUNTIME).pause(ONE)
    assert [(lever.name, lever.pulled) for lever in levers] == [
        ("automation auto_1", True),
        ("automation auto_2", False),
        ("session asess_1", True),
        ("agent", False),
        ("project spend limit", False),
    ]
    assert vendor.sent() == {"events": [{"type": "agent.session.input.cancel"}]}
    assert not [path for path in vendor.paths() if "archive" in path or "DELETE" in path]


def test_resuming_starts_only_what_pausing_stopped() -> None:
    vendor = Vendor(RUNS)
    connector = vendor.connector("openai", **RUNTIME)
    untouched = connector.resume(ONE, only=["automation auto_1"])
    assert [lever.pulled for lever in untouched] == [False, False, False]
    assert [lever.name for lever in connector.resume(ONE) if lever.pulled] == ["automation auto_2"]


def test_a_rehearsal_names_the_levers_and_pulls_none() -> None:
    vendor = Vendor(RUNS)
    connector = vendor.connector("openai", **RUNTIME)
    due = [lever.name for lever in connector.pause(ONE, rehearse=True) if lever.pulled]
    assert due == ["automation auto_1", "session asess_1"]
    due = [lever.name for lever in connector.resume(ONE, rehearse=True) if lever.pulled]
    assert due == ["automation auto_2"]
    assert {request.method for request in vendor.asked} == {"GET"}


def test_what_openai_paused_itself_is_not_resumed() -> None:
    broken = automation(2, "paused") | {"pause_reason": "target_session_failed"}
    vendor = Vendor(RUNS | {"GET /v1/agents/automations": listed(broken)})
    levers = vendor.connector("openai", **RUNTIME).resume(ONE)
    assert not any(lever.pulled for lever in levers)
    assert "target_session_failed" in levers[0].detail


def test_a_lever_that_fails_does_not_keep_the_others_back() -> None:
    vendor = Vendor(RUNS | {"POST /v1/agents/automations/auto_1/pause": error(403, "Read only")})
    levers = vendor.connector("openai", **RUNTIME).pause(ONE)
    assert (levers[0].pulled, levers[0].fault) == (False, "permission")
    assert levers[2].pulled


def test_when_no_lever_can_be_pulled_pausing_fails() -> None:
    denied = error(403, "Read only")
    posts = {path: denied for path in RUNS if path.startswith("POST")}
    with pytest.raises(ConnectorError) as caught:
        Vendor(RUNS | posts).connector("openai", **RUNTIME).pause(ONE)
    assert caught.value.fault == "permission"


def test_an_agent_that_nothing_starts_has_no_lever() -> None:
    table = {"GET /v1/agents/automations": listed(), "GET /v1/agents/sessions": listed()}
    levers = Vendor(table).connector("openai", **RUNTIME).pause(ONE)
    assert not any(lever.pulled for lever in levers)


def test_a_key_has_no_switch() -> None:
    vendor = Vendor({})
    connector = vendor.connector("openai", **BOTH)
    for levers in (connector.pause(ref("key_1", "api_key")), connector.resume(ref("k", "api_key"))):
        assert [lever.pulled for lever in levers] == [False]
    assert vendor.asked == []


class Instructions:
    """Instructions that can be read and written, and that others may change meanwhile."""

    def __init__(self, text: str | None, *, others: int = 0) -> None:
        self.text, self.updated_at, self.others, self.reads = text, 1, others, 0

    def read(self, _request: httpx2.Request) -> httpx2.Response:
        self.reads += 1
        if self.others and self.reads % 2 == 0:
            self.others -= 1
            self.updated_at += 1
        row = agent(1, instructions=self.text, updated_at=self.updated_at)
        return httpx2.Response(200, json=row)

    def table(self, vendor: list[Vendor]) -> dict[str, Any]:
        def write(_request: httpx2.Request) -> httpx2.Response:
            self.text = vendor[0].sent()["instructions"]
            return self.read(_request)

        return {"GET /v1/agents/agent_1": self.read, "POST /v1/agents/agent_1": write}


def instructed(instructions: Instructions) -> tuple[Vendor, Connector]:
    holder: list[Vendor] = []
    vendor = Vendor(instructions.table(holder))
    holder.append(vendor)
    return vendor, vendor.connector("openai", **RUNTIME)


def test_a_text_is_injected_replaced_and_removed() -> None:
    instructions = Instructions("Be kind.")
    _, connector = instructed(instructions)
    assert connector.inject(ONE, "Speak German.") == "instructions of agent_1"
    assert instructions.text == ("Be kind.\n\n<!-- ARM:begin -->\nSpeak German.\n<!-- ARM:end -->")
    connector.inject(ONE, "Speak French.")
    assert "German" not in str(instructions.text)
    connector.inject(ONE, "")
    assert instructions.text == "Be kind."


def test_instructions_that_were_empty_are_empty_again() -> None:
    instructions = Instructions(None)
    _, connector = instructed(instructions)
    connector.inject(ONE, "Speak German.")
    connector.inject(ONE, "")
    assert instructions.text is None


def test_nothing_is_written_where_nothing_changes() -> None:
    vendor, connector = instructed(Instructions("Be kind."))
    connector.inject(ONE, "")
    assert vendor.paths() == ["GET /v1/agents/agent_1"]


def test_a_change_by_others_is_read_again_before_writing() -> None:
    instructions = Instructions("Be kind.", others=1)
    vendor, connector = instructed(instructions)
    connector.inject(ONE, "Speak German.")
    assert "German" in str(instructions.text)
    assert vendor.paths().count("POST /v1/agents/agent_1") == 1


def test_instructions_that_never_hold_still_are_left_alone() -> None:
    vendor, connector = instructed(Instructions("Be kind.", others=99))
    with pytest.raises(ConnectorError) as caught:
        connector.inject(ONE, "Speak German.")
    assert (caught.value.fault, caught.value.permanent) == ("conflict", False)
    assert "POST /v1/agents/agent_1" not in vendor.paths()
