"""Heads leave by a signed webhook, whatever it answers, and what it kept proves the log."""

import base64
import html
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from standardwebhooks import Webhook

from governance.actions.keep_anchored import keep_anchored
from governance.anchoring import UNSIGNABLE, NotAnchored, WebhookPlace, read_anchor
from governance.models import Alert, Anchor
from governance.signing import key_ring
from tests.cast import House, make_house
from tests.governance.receivers import Hook, webhook
from tests.governance.sealed import anchor, as_owner, at_work, do, seal, sentences
from tests.lib.loopback import Listener

SECRET = f"whsec_{base64.b64encode(b'a secret of the receiver').decode()}"
HEAD = {"number": 1, "made_at": "2026-01-01T00:00:00.000000Z"}


@pytest.fixture
def hook() -> Iterator[Hook]:
    with webhook() as found:
        yield found


@pytest.fixture
def house(committed: None, settings: Any, tmp_path: Path, hook: Hook) -> House:
    settings.ARM_ANCHOR_FILE = tmp_path / "anchor.jsonl"
    settings.ARM_ANCHOR_WEBHOOK = hook.url
    settings.ARM_ANCHOR_WEBHOOK_SECRET = SECRET
    settings.ARM_ANCHOR_HOSTS = [hook.host]
    house = make_house("Acme")
    seal(house)
    return house


def more(house: House, *actions: str) -> None:
    """Let things happen, each under a seal and a head of its own, whatever refuses it."""
    for action in actions:
        do(house, action)
        seal(house)
        try:
            anchor()
        except NotAnchored:
            continue


def kept(hook: Hook) -> list[str]:
    """Return the ids under which heads arrived."""
    return [headers["webhook-id"] for headers, _ in hook.calls]


def page_of(house: House) -> str:
    """Return what the Studio shows of the log and its proof."""
    return html.unescape(house.browser().get("/studio/governance/auditevent/").content.decode())


def known() -> tuple[int, str]:
    place = Anchor.objects.get(name="webhook")
    return place.number, place.last_error


def test_a_head_arrives_once_signed_and_as_the_file_has_it(house: House, hook: Hook) -> None:
    assert anchor() == 2
    assert anchor() == 0
    ((headers, body),) = hook.calls
    told = Webhook(SECRET).verify(body, headers)
    file = settings.ARM_ANCHOR_FILE.read_text().split()
    assert told["type"] == "audit.head"
    assert told["data"] == json.loads(file[0])
    assert headers["webhook-id"] == "arm-head-1"
    assert known() == (1, "")


def test_who_does_not_know_the_secret_cannot_sign_a_head(house: House, hook: Hook) -> None:
    anchor()
    ((headers, body),) = hook.calls
    other = f"whsec_{base64.b64encode(b'another secret of others').decode()}"
    for secret, content in ((other, body), (SECRET, body.replace(b"head", b"haed"))):
        with pytest.raises(Exception, match="No matching signature"):
            Webhook(secret).verify(content, headers)


@pytest.mark.parametrize("status", [302, 400, 401, 429, 500, 503])
def test_a_refusal_is_told_and_the_head_comes_again_under_its_id(
    house: House, hook: Hook, status: int
) -> None:
    hook.answers = [status]
    with at_work(house), pytest.raises(NotAnchored, match=f"answered {status}"):
        keep_anchored(last_attempt=False)
    number, error = known()
    assert (number, str(status) in error) == (0, True)
    assert Anchor.objects.get(name="file").number == 1
    with house.inside():
        assert f"answered {status}" in Alert.objects.unresolved().get().message
    assert f"<b>webhook: {error}</b>" in page_of(house)
    told = house.api().get("/audit/status").json()["data"]["anchors"]
    assert {one["name"]: one["last_error"] for one in told} == {"file": "", "webhook": error}
    with at_work(house):
        assert keep_anchored(last_attempt=False) == 1
    assert kept(hook) == ["arm-head-1", "arm-head-1"]
    assert known() == (1, "")
    with house.inside():
        assert not Alert.objects.unresolved().exists()
    assert "<b>webhook:" not in page_of(house)


def test_heads_arrive_in_their_order_even_after_an_outage(house: House, hook: Hook) -> None:
    hook.answers = [503, 503, 204, 503]
    more(house, "tests.one", "tests.two", "tests.three")
    assert known()[0] == 0
    more(house, "tests.four")
    assert kept(hook)[-4:] == [f"arm-head-{number}" for number in (1, 2, 3, 4)]
    assert known() == (4, "")


def test_what_the_webhook_kept_is_what_a_verification_starts_from(
    house: House, hook: Hook, tmp_path: Path
) -> None:
    hook.answers = [204, 503, 204, 503]
    more(house, "tests.one", "tests.two", "tests.three")
    received = tmp_path / "received.jsonl"
    received.write_bytes(b"".join(body + b"\n" for _, body in hook.calls))
    assert len(hook.calls) > 3  # some came again
    found = read_anchor(received, key_ring().public_keys)
    assert found is not None
    assert (found.heads, found.troubles) == (3, [])
    assert sentences(received) == []
    call_command("verify_audit", anchor=received)
    settings.ARM_ANCHOR_FILE.unlink()  # whoever can write the database's machine
    with as_owner() as owner:
        for table, column in (("auditseal", "first_seq"), ("auditleaf", "seq")):
            owner.execute(
                f"DELETE FROM governance_{table} WHERE organization_id = %s AND {column} >="
                " (SELECT max(first_seq) FROM governance_auditseal)",
                [house.organization.pk],
            )
    assert any("knows seal 4" in sentence for sentence in sentences(received))
    with pytest.raises(CommandError, match="acme"):
        call_command("verify_audit", anchor=received)


def test_a_body_that_was_changed_where_it_is_kept_is_told(
    house: House, hook: Hook, tmp_path: Path
) -> None:
    anchor()
    received = tmp_path / "received.jsonl"
    body = json.loads(hook.calls[0][1])
    for change in ({"size": 9}, {"organizations": {}}, {"number": 2}):
        received.write_text(json.dumps({**body, "data": {**body["data"], **change}}))
        found = read_anchor(received, key_ring().public_keys)
        assert found is not None
        assert found.troubles
    received.write_text(json.dumps({**body, "data": None}))
    found = read_anchor(received, key_ring().public_keys)
    assert found is not None
    assert found.heads == 0


def test_a_receiver_that_never_answers_is_left_at_the_deadline() -> None:
    def drip(_: bytes) -> Iterator[bytes]:
        yield b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n"
        while not slow.hung_up.wait(0.05):
            yield b"x"

    slow = Listener(drip)
    try:
        hosts = frozenset({slow.authority})
        place = WebhookPlace(f"http://{slow.authority}/", SECRET, hosts, deadline=0.5)
        with pytest.raises(NotAnchored, match="time"):
            place.keep([HEAD])
        assert WebhookPlace("", SECRET).deadline < 60
    finally:
        slow.close()


@pytest.mark.parametrize(
    "url",
    [
        "{hook}",
        "http://127.0.0.1:1/",
        "http://[::1]:9/",
        "http://169.254.169.254/latest/meta-data/",
        "https://metadata.google.internal/",
        "file:///etc/passwd",
        "https://user:password@example.com/",
        "https://example.com:5432/",
    ],
)
def test_it_leads_nowhere_that_nobody_opened(hook: Hook, url: str) -> None:
    with pytest.raises(NotAnchored):
        WebhookPlace(url.format(hook=hook.url), SECRET).keep([HEAD])
    assert hook.calls == []


def test_an_opened_host_opens_no_other_and_no_redirect_is_followed(hook: Hook) -> None:
    def elsewhere(_: bytes) -> bytes:
        return f"HTTP/1.1 307 On\r\nlocation: {hook.url}\r\ncontent-length: 0\r\n\r\n".encode()

    listener = Listener(elsewhere)
    try:
        hosts = frozenset({listener.authority, hook.host})
        with pytest.raises(NotAnchored, match="answered 307"):
            WebhookPlace(f"http://{listener.authority}/", SECRET, hosts).keep([HEAD])
        with pytest.raises(NotAnchored):
            WebhookPlace(hook.url, SECRET, frozenset({listener.authority})).keep([HEAD])
    finally:
        listener.close()
    assert hook.calls == []


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_!", "x"])
def test_nothing_is_sent_without_a_secret_to_sign_it(hook: Hook, secret: str) -> None:
    with pytest.raises(NotAnchored) as refused:
        WebhookPlace(hook.url, secret, frozenset({hook.host})).keep([HEAD])
    assert refused.value.message == UNSIGNABLE
    assert hook.calls == []
