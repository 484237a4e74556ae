"""Channels lead only where they may, and never show where exactly."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from standardwebhooks import Webhook

from accounts.models import Organization
from armproject.lib.errors import Forbidden, InvalidInput
from armproject.lib.http.signed import new_signing_secret
from armproject.lib.secret import Secret
from governance.actions.change_channel import change_channel
from governance.actions.create_channel import create_channel
from governance.actions.delete_channel import delete_channel
from governance.actions.test_channel import test_channel as try_channel
from governance.models import AuditEvent, Channel
from governance.sending import Address, messengers
from tests.cast import House
from tests.governance.measured import make_channel
from tests.governance.receivers import Hook, webhook

SLACK = "https://hooks.slack.com/services/T0ABCDEFG/B0ABCDEFG/abcDEF123456abcDEF123456"
DISCORD = "https://discord.com/api/webhooks/123456789012345678/" + "aB3-_" * 13
TEAMS = (
    "https://prod-12.westeurope.logic.azure.com:443/workflows/0123456789abcdef0123456789abcdef"
    "/triggers/manual/paths/invoke?api-version=2016-06-01&sp=%2Ftriggers%2Fmanual%2Frun"
    "&sv=1.0&sig=aBc-123_def"
)
KEY = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def hook(house: House) -> Iterator[Hook]:
    with webhook() as receiver:
        with house.inside():
            house.open_hosts(receiver.host)
        yield receiver


def test_only_who_manages_alerts_adds_channels(house: House) -> None:
    with house.inside("developer"), pytest.raises(Forbidden):
        create_channel("Mine", "email", emails=["me@acme.example"])


@pytest.mark.parametrize("emails", [[], ["nobody"], ["a@acme.example\nBcc: b@acme.example"]])
def test_an_email_channel_needs_addresses(house: House, emails: list[str]) -> None:
    with pytest.raises(InvalidInput) as refused:
        make_channel(house, emails=emails)
    assert "emails" in refused.value.details["fields"]  # type: ignore[operator]


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.acme.example/in",
        "https://127.0.0.1/in",
        "https://169.254.169.254/latest/meta-data",
        "https://[::1]/in",
        "https://localhost/in",
        "https://2130706433/in",
        "https://user:pass@hooks.acme.example/in",
        "https://hooks.acme.example:8443/in",
        "https://hooks.internal/in",
        "file:///etc/passwd",
        "gopher://hooks.acme.example/",
        "",
    ],
)
def test_a_webhook_inwards_is_refused_on_create_and_on_change(
    house: House, hook: Hook, url: str
) -> None:
    with house.inside(), pytest.raises(InvalidInput) as refused:
        create_channel("In", "webhook", target=Secret(url))
    assert "target" in refused.value.details["fields"]  # type: ignore[operator]
    with house.inside():
        channel, _ = create_channel("Out", "webhook", target=Secret(hook.url))
    if url:
        with house.inside(), pytest.raises(InvalidInput):
            change_channel(channel, target=Secret(url))
    with house.inside():
        assert Channel.objects.get().target_hint == hook.host


def test_a_webhook_that_became_forbidden_is_refused_by_its_test(house: House, hook: Hook) -> None:
    with house.inside():
        channel, _ = create_channel("Out", "webhook", target=Secret(hook.url))
        Organization.objects.filter(pk=house.organization.pk).update(allowed_hosts=[])
    with house.inside():
        trial = try_channel(channel)
        assert not trial.ok
        assert "may not call" in trial.message
        assert Channel.objects.get().verified_at is None
    assert hook.calls == []


def test_a_redirect_is_not_followed(house: House, hook: Hook) -> None:
    hook.answers = [302]
    with house.inside():
        channel, _ = create_channel("Out", "webhook", target=Secret(hook.url))
        trial = try_channel(channel)
    assert (trial.ok, len(hook.calls)) == (False, 1)
    assert "302" in trial.message


def test_a_test_message_verifies_a_channel_until_it_leads_elsewhere(
    house: House, hook: Hook
) -> None:
    with house.inside():
        channel, secret = create_channel("Out", "webhook", target=Secret(hook.url))
        assert try_channel(channel).ok
        assert Channel.objects.get().verified_at is not None
        change_channel(channel, name="Renamed")
        assert Channel.objects.get().verified_at is not None
        change_channel(channel, target=Secret(f"{hook.url}/2"))
        assert Channel.objects.get().verified_at is None
    assert secret is not None
    headers, body = hook.calls[0]
    assert Webhook(secret.reveal()).verify(body, headers)["type"] == "channel.test"


def test_a_test_by_mail_arrives(house: House, mailoutbox: list[Any]) -> None:
    channel = make_channel(house)
    with house.inside("admin"):
        assert try_channel(channel).ok
    assert mailoutbox[0].to == ["oncall@acme.example"]
    assert mailoutbox[0].subject == "[ARM] Test message for On call"


def test_a_new_signing_secret_replaces_the_old_one(house: House, hook: Hook) -> None:
    fresh = new_signing_secret()
    with house.inside():
        channel, _ = create_channel("Out", "webhook", target=Secret(hook.url))
        change_channel(channel, signing_secret=fresh)
        try_channel(channel)
        for bad in ("whsec_", "whsec_%%%"):
            with pytest.raises(InvalidInput):
                change_channel(channel, signing_secret=Secret(bad))
    headers, body = hook.calls[0]
    assert Webhook(fresh.reveal()).verify(body, headers)


def test_secrets_stand_neither_in_the_table_nor_in_the_audit_log(house: House, hook: Hook) -> None:
    with house.inside():
        channel, made = create_channel("Out", "webhook", target=Secret(hook.url))
        change_channel(channel, signing_secret=new_signing_secret(), is_default=True)
        try_channel(channel)
        delete_channel(Channel.objects.get())
        events = AuditEvent.objects.filter(action__startswith="channels.").order_by("id")
        assert [e.action for e in events] == [
            "channels.create",
            "channels.change",
            "channels.test",
            "channels.delete",
        ]
        kept = json.dumps([[e.payload, e.before, e.after, e.details] for e in events])
    assert made is not None
    assert "s3cr3t-path" not in kept
    assert made.reveal() not in kept
    assert "whsec_" not in kept


def test_the_row_holds_only_ciphertext(house: House) -> None:
    with house.inside():
        create_channel("Chat", "slack", target=Secret(SLACK))
        with connection.cursor() as cursor:
            cursor.execute("SELECT c::text FROM governance_channel c")
            (row,) = cursor.fetchone()
    assert "hooks.slack.com" in row
    assert "abcDEF123456" not in row
    assert b"abcDEF123456".hex() not in row


GOOD = [
    ("slack", SLACK),
    ("discord", DISCORD),
    ("teams", TEAMS),
    ("pagerduty", KEY),
    ("opsgenie", "01234567-89ab-cdef-0123-456789abcdef"),
]
BAD = [
    ("slack", "https://hooks.slack.com.evil.example/services/T0ABCDEFG/B0ABCDEFG/abcDEF123456"),
    ("slack", SLACK + "?redirect=yes&verify=no"),
    ("slack", "slack://T0ABCDEFG/B0ABCDEFG/abcDEF123456"),
    ("slack", SLACK.replace("https", "http")),
    ("discord", DISCORD.replace("discord.com", "127.0.0.1")),
    ("teams", TEAMS.replace("logic.azure.com", "logic.azure.com.evil.example")),
    ("teams", TEAMS.replace("prod-12.westeurope.logic.azure.com", "169.254.169.254")),
    ("teams", TEAMS.replace(":443", ":8080")),
    ("teams", TEAMS.replace("sig=", "nosig=")),
    ("teams", TEAMS.replace("/workflows/", "/../workflows/")),
    ("pagerduty", "pagerduty://key@host"),
    ("opsgenie", "json://127.0.0.1/"),
]


@pytest.mark.parametrize(("kind", "target"), GOOD)
def test_services_are_known_by_what_they_show_people(house: House, kind: str, target: str) -> None:
    with house.inside():
        channel, signing = create_channel("Chat", kind, target=Secret(target))
    assert signing is None
    assert target not in channel.leads_to


@pytest.mark.parametrize(("kind", "target"), BAD)
def test_services_lead_only_to_their_own_hosts(house: House, kind: str, target: str) -> None:
    with house.inside(), pytest.raises(InvalidInput) as refused:
        create_channel("Chat", kind, target=Secret(target))
    assert "target" in refused.value.details["fields"]  # type: ignore[operator]


@pytest.mark.parametrize(
    ("kind", "target", "host"),
    [
        ("slack", SLACK, "https://hooks.slack.com/services/"),
        ("discord", DISCORD, "https://discord.com/api/webhooks/"),
        ("teams", TEAMS, "https://prod-12.westeurope.logic.azure.com:443/workflows/"),
        ("pagerduty", KEY, "https://events.pagerduty.com/v2/enqueue"),
        ("opsgenie", KEY, "https://api.opsgenie.com/v2/alerts"),
    ],
)
def test_apprise_calls_the_service_once_and_follows_nothing(
    monkeypatch: pytest.MonkeyPatch, kind: str, target: str, host: str
) -> None:
    import requests

    calls: list[tuple[str, dict[str, Any]]] = []

    def answer(self: Any, method: str, url: str, **options: Any) -> requests.Response:
        calls.append((url, options))
        reply = requests.Response()
        reply.status_code, reply._content = 302, b"{}"
        return reply

    monkeypatch.setattr(requests.Session, "request", answer)
    address = Address(kind=kind, target=Secret(target))
    with pytest.raises(Exception, match="did not take the message"):
        messengers.send(letter(), address)
    ((url, options),) = calls
    assert url.startswith(host)
    assert options["allow_redirects"] is False
    assert options["verify"] is True


def test_a_pager_is_told_which_incident_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    import requests

    bodies: list[Any] = []

    def answer(self: Any, method: str, url: str, **options: Any) -> requests.Response:
        bodies.append(json.loads(options["data"]))
        reply = requests.Response()
        reply.status_code, reply._content = 202, b"{}"
        return reply

    monkeypatch.setattr(requests.Session, "request", answer)
    address = Address(kind="pagerduty", target=Secret(KEY))
    messengers.send(letter("alert.opened"), address)
    messengers.send(letter("alert.resolved"), address)
    assert [body["event_action"] for body in bodies] == ["trigger", "resolve"]
    assert bodies[0]["dedup_key"] == bodies[1]["dedup_key"]


def letter(event: str = "alert.opened") -> Any:
    from datetime import UTC, datetime
    from uuid import UUID

    from governance.sending import Letter

    return Letter(
        id=UUID(int=1),
        thread=UUID(int=2),
        event=event,
        at=datetime(2026, 11, 21, tzinfo=UTC),
        subject="[ARM] Critical: Agent down",
        lines=("It does not answer.",),
        severity="critical",
        link="http://127.0.0.1:8000/studio/",
    )
