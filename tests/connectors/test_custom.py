"""Agents of the customer's own: signed messages, and what may stand in them."""

import base64
import json
import secrets
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from standardwebhooks import Webhook

from armproject.lib.errors import InvalidInput, Unauthenticated
from armproject.lib.secret import Secret
from connectors.base import ConnectorError, Lever, Period, Support, Verb
from connectors.kinds.custom import (
    Heartbeat,
    Registration,
    parse_heartbeat,
    parse_registration,
    verify_signature,
)
from tests.connectors.vendor import Vendor, ref

SECRET = f"whsec_{base64.b64encode(secrets.token_bytes(32)).decode()}"
OTHER = f"whsec_{base64.b64encode(secrets.token_bytes(32)).decode()}"
BODY = json.dumps({"agent": {"id": "a"}, "note": "Grüezi"}, ensure_ascii=False).encode()


def signed(body: bytes = BODY, secret: str = SECRET, age: int = 0) -> dict[str, str]:
    """Sign as the reference library does."""
    at = datetime.now(UTC) - timedelta(seconds=age)
    return {
        "Webhook-Id": "msg_1",
        "Webhook-Timestamp": str(int(at.timestamp())),
        "Webhook-Signature": Webhook(secret).sign("msg_1", at, body.decode()),
    }


def verify(headers: dict[str, str], body: bytes = BODY, *keys: str) -> str:
    return verify_signature(body, headers, [Secret(key) for key in keys or (SECRET,)])


def test_a_message_signed_by_the_reference_library_is_accepted() -> None:
    assert verify(signed()) == "msg_1"


def test_our_idea_of_a_signature_is_that_of_the_reference_library() -> None:
    headers = signed()
    Webhook(SECRET).verify(BODY, headers)
    assert verify(headers) == "msg_1"


def test_while_a_secret_changes_both_are_good() -> None:
    assert verify(signed(secret=OTHER), BODY, SECRET, OTHER) == "msg_1"
    assert verify(signed(secret=SECRET), BODY, SECRET, OTHER) == "msg_1"
    with pytest.raises(Unauthenticated):
        verify(signed(secret=OTHER), BODY, SECRET)


def test_one_good_signature_among_several_is_enough() -> None:
    headers = signed()
    headers["Webhook-Signature"] = f"v1,AAAA v2,zzz nonsense {headers['Webhook-Signature']}"
    assert verify(headers) == "msg_1"


@pytest.mark.parametrize("age", [299, -299])
def test_five_minutes_are_tolerated(age: int) -> None:
    assert verify(signed(age=age)) == "msg_1"


@pytest.mark.parametrize("age", [302, -302, 10_000_000])
def test_more_than_five_minutes_are_not(age: int) -> None:
    with pytest.raises(Unauthenticated, match="too old"):
        verify(signed(age=age))


@pytest.mark.parametrize("body", [BODY + b" ", BODY.replace(b"a", b"b"), b"", b"\xff\xfe"])
def test_any_other_byte_breaks_the_signature(body: bytes) -> None:
    with pytest.raises(Unauthenticated, match="does not match"):
        verify(signed(), body)


@pytest.mark.parametrize(
    "change",
    [
        {"Webhook-Id": "msg_2"},
        {"Webhook-Id": ""},
        {"Webhook-Timestamp": ""},
        {"Webhook-Timestamp": "now"},
        {"Webhook-Timestamp": "-5"},
        {"Webhook-Timestamp": "1" * 5000},
        {"Webhook-Timestamp": "١٢٣"},
        {"Webhook-Signature": ""},
        {"Webhook-Signature": "v1,"},
        {"Webhook-Signature": "v1,not base64!"},
        {"Webhook-Signature": "v2,AAAA"},
    ],
)
def test_headers_that_were_changed_are_refused(change: dict[str, str]) -> None:
    with pytest.raises(Unauthenticated):
        verify(signed() | change)


def test_an_empty_or_broken_secret_opens_nothing() -> None:
    at = int(time.time())
    for key in ("", "whsec_", "whsec_!!!"):
        headers = {"webhook-id": "m", "webhook-timestamp": str(at), "webhook-signature": "v1,"}
        with pytest.raises(Unauthenticated):
            verify(headers, BODY, key)
        with pytest.raises(Unauthenticated):
            verify_signature(BODY, signed(), [])


def test_a_heartbeat_is_read() -> None:
    sent = {
        "agent": {"id": " bot-1 ", "name": "Bot", "model": "gpt-5.5", "metadata": {"team": "x"}},
        "status": "degraded",
        "latency_ms": 120,
        "requests": 10,
        "errors": 2,
        "message": "Slow today",
        "sent_at": "2026-11-21T10:00:00+01:00",
        "unknown": "ignored",
    }
    assert parse_heartbeat(sent) == Heartbeat(
        agent=Registration(id="bot-1", name="Bot", model="gpt-5.5", metadata={"team": "x"}),
        status="degraded",
        latency_ms=120,
        requests=10,
        errors=2,
        message="Slow today",
        sent_at=datetime(2026, 11, 21, 9, tzinfo=UTC),
    )


def test_the_agents_id_is_enough_for_a_heartbeat() -> None:
    assert parse_heartbeat({"agent": {"id": "a"}}) == Heartbeat(Registration("a"))


def test_a_registration_needs_a_name() -> None:
    assert parse_registration({"agent": {"id": "a", "name": "Bot"}}).name == "Bot"
    with pytest.raises(InvalidInput) as caught:
        parse_registration({"agent": {"id": "a"}})
    assert "agent.name" in caught.value.details["fields"]  # type: ignore[operator]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"agent": None}, "agent"),
        ({"agent": "bot"}, "agent"),
        ({"agent": {}}, "agent.id"),
        ({"agent": {"id": " "}}, "agent.id"),
        ({"agent": {"id": 5}}, "agent.id"),
        ({"agent": {"id": "x" * 201}}, "agent.id"),
        ({"agent": {"id": "a", "type": "robot"}}, "agent.type"),
        ({"agent": {"id": "a", "metadata": []}}, ""),
        ({"agent": {"id": "a", "metadata": [1]}}, "agent.metadata"),
        ({"agent": {"id": "a", "metadata": dict.fromkeys(map(str, range(51)))}}, "agent.metadata"),
        ({"status": "fine"}, "status"),
        ({"status": ["active"]}, "status"),
        ({"latency_ms": -1}, "latency_ms"),
        ({"latency_ms": 1.5}, "latency_ms"),
        ({"requests": True}, "requests"),
        ({"requests": 2**31}, "requests"),
        ({"requests": 1, "errors": 2}, "errors"),
        ({"message": "x" * 2001}, "message"),
        ({"sent_at": "yesterday"}, "sent_at"),
        ({"sent_at": "2026-11-21T10:00:00"}, "sent_at"),
        ({"sent_at": 1_790_000_000}, "sent_at"),
    ],
)
def test_what_is_wrong_is_named_by_its_path(change: dict[str, Any], field: str) -> None:
    payload = {"agent": {"id": "a"}} | change
    if not field:
        assert parse_heartbeat(payload).agent.metadata == {}
        return
    with pytest.raises(InvalidInput) as caught:
        parse_heartbeat(payload)
    assert list(caught.value.details["fields"]) == [field]  # type: ignore[call-overload]


@pytest.mark.parametrize("payload", [None, [], "text", 5])
def test_only_an_object_is_a_heartbeat(payload: Any) -> None:
    with pytest.raises(InvalidInput):
        parse_heartbeat(payload)


def test_nothing_is_asked_of_a_custom_agent() -> None:
    vendor = Vendor({})
    period = Period(datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC))
    agent = ref("bot-1", "registration")
    with vendor.connector("custom", runtime=SECRET) as connector:
        found = connector.discover()
        assert (found.agents, found.sources) == ((), ())
        assert connector.health(agent).exists is None
        assert [*connector.usage(period), *connector.costs(period)] == []
        assert list(connector.interactions(agent, limit=5)) == []
        levers: tuple[Lever, ...] = (*connector.pause(agent), *connector.resume(agent))
        assert not any(lever.pulled for lever in levers)
        with pytest.raises(ConnectorError) as caught:
            connector.inject(agent, "Hello")
        assert caught.value.fault == "unsupported"
    assert vendor.asked == []


def test_a_signing_secret_is_checked_for_its_strength() -> None:
    vendor = Vendor({})
    assert [said.ok for said in vendor.connector("custom", runtime=SECRET).test()] == [True]
    for weak in ("hunter2", "whsec_YWJj"):
        assert [said.ok for said in vendor.connector("custom", runtime=weak).test()] == [False]
    assert vendor.connector("custom").test() == ()


def test_a_custom_connection_says_what_comes_otherwise() -> None:
    support = {each.verb: each.support for each in Vendor({}).connector("custom").capabilities()}
    assert support[Verb.COSTS] is Support.NONE
    assert support[Verb.PAUSE] is Support.PARTIAL
