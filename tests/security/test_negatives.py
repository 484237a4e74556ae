"""Published failures of others that concern the whole product, each tried here on ours."""

import os
import pickle
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from celery import current_app
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from kombu.exceptions import ContentDisallowed
from kombu.serialization import loads

from accounts.actions.revoke_api_key import revoke_api_key
from accounts.models import ApiKey, Membership
from accounts.scoping.exports import PAGE
from agents.models import Agent
from armproject.lib.errors import Forbidden
from armproject.lib.secret import Secret
from connectors import examination
from connectors.actions import change_connection, connect_vendor, test_connection
from connectors.models import Connection
from governance import sending
from governance.actions import deliver_notification, evaluate_rule, preview_rule, test_channel
from tests.cast import House
from tests.drills.world import ROOT
from tests.isolation.routes import Route, all_routes
from tests.isolation.world import fill
from tests.lib.loopback import Listener
from tests.security.canary import Canaries
from tests.security.scene import Scene

# --- what is shown of a secret


@given(st.text(min_size=1, max_size=80))
def test_a_hint_gives_away_four_characters_of_long_secrets_and_none_of_short_ones(
    text: str,
) -> None:
    shown = Secret(text).hint.removeprefix("…")
    assert shown == (text[-4:] if len(text) >= 16 else "")


@pytest.mark.parametrize("length", [8, 15, 16, 40])
def test_no_answer_shows_more_of_a_secret_than_its_hint(house: House, length: int) -> None:
    scene = Scene(house)
    scene.echo.mood = "accept"
    secret = f"sk-{os.urandom(length).hex()}"[:length]
    given = {
        "name": "n",
        "vendor": "openai",
        "base_url": scene.echo.url,
        "runtime_key": secret,
    }
    made = scene.api.post("/connections", given)
    pages = [
        made,
        scene.api.get("/connections"),
        scene.browser.get("/studio/connectors/connection/"),
    ]
    scene.close()
    assert made.status_code in (201, 400)
    longest = 4 if length >= 16 else 0
    pieces = {secret[n : n + longest + 1] for n in range(3, length - longest)}
    for page in pages if longest else pages[:1]:
        assert not [piece for piece in pieces if len(piece) > 4 and piece in page.content.decode()]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "shape", "command"),
    [
        ("ARM_MASTER_KEYS", "k1:{}!", "keys status"),
        ("ARM_AUDIT_KEYS", "a1:{}", "seal_audit"),
        ("DATABASE_URL", "postgres://arm:{}@host/arm", "check"),
        ("DATABASE_OWNER_URL", "postgres://arm:{}@host/arm", "check"),
        ("REDIS_URL", "redis://:{}@x y:6379/0", "check"),
    ],
)
def test_a_malformed_setting_is_told_without_what_it_holds(
    name: str, shape: str, command: str
) -> None:
    canaries = Canaries()
    environment = {**os.environ, name: canaries.new(name, shape)}
    environment["DJANGO_SETTINGS_MODULE"] = "armproject.settings"
    if name == "DATABASE_OWNER_URL":
        environment["DATABASE_URL"] = "postgres://arm@host/arm"
    done = subprocess.run(
        [sys.executable, "manage.py", *command.split()],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    told = done.stdout + done.stderr
    assert told
    assert canaries.found_in(told) == []


# --- where requests go


@contextmanager
def dialled() -> Iterator[set[Any]]:
    """Collect every address this process opens a socket to, whatever library it uses."""
    found: set[Any] = set()
    _listeners.append(found)
    try:
        yield found
    finally:
        _listeners.remove(found)


_listeners: list[set[Any]] = []


def _hear(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "socket.connect" and _listeners and isinstance(arguments[1], tuple):
        for found in _listeners:
            found.add(arguments[1][:2])


sys.addaudithook(_hear)


def fetching(url: str) -> list[tuple[str, str, dict[str, Any]]]:
    """Return a call for each input of the product that ends in a request of ours."""
    nested = {"options": {"base_url": url, "proxy": {"url": url}}}
    connection = {"name": "n", "vendor": "openai", "runtime_key": "k" * 20}
    hook = {"name": "h", "kind": "webhook", "target": url, "signing_secret": "whsec_eA=="}
    provider = {"name": "p", "issuer": url, "client_id": "x", "client_secret": "y"}
    return [
        ("post", "/connections", {**connection, "base_url": url}),
        ("post", "/connections", {**connection, **nested}),
        ("post", "/connections", {**connection, "vendor": "anthropic", "base_url": url}),
        ("post", "/channels", hook),
        ("post", "/channels", {**hook, "name": "s", "kind": "slack"}),
        ("post", "/identity-providers", provider),
    ]


def test_no_input_opens_a_socket_to_where_nobody_opened_the_way(house: House) -> None:
    quiet = Listener(lambda _: b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
    api = house.api()
    with dialled() as found:
        for url in (f"http://{quiet.authority}/x", f"https://{quiet.authority}/x"):
            for method, path, body in fetching(url):
                answer = api.call(method, path, body)
                assert answer.status_code == 400, (path, body, answer.content)
    assert {address for address in found if address[1] == quiet.port} == set()
    house.open_hosts(quiet.authority)
    with dialled() as found:
        api.call(*fetching(f"http://{quiet.authority}/x")[0])
    quiet.close()
    assert ("127.0.0.1", quiet.port) in found, "Opened, the same call is heard of."


def test_what_is_tried_is_what_is_used() -> None:
    """A trial that took another way than the work would prove nothing of the work."""
    assert test_channel.deliver is deliver_notification.deliver is sending.deliver
    assert connect_vendor.try_target is change_connection.try_target is examination.try_target
    assert test_connection.examine is examination.examine
    assert preview_rule.observe_subjects is evaluate_rule.observe_subjects


def test_a_warm_process_uses_each_companys_own_key(house: House, neighbours: House) -> None:
    heard: list[str] = []

    def answer(request: bytes) -> bytes:
        heard.extend(
            line for line in request.decode("latin-1").split("\r\n") if "uthorization" in line
        )
        body = b'{"object":"list","data":[],"has_more":false}'
        return b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % len(body) + body

    listener, canaries = Listener(answer), Canaries()
    for one in (house, neighbours, house):
        mark = canaries.new(one.organization.slug)
        one.open_hosts(listener.authority)
        with one.inside():
            row, _ = Connection.objects.get_or_create(
                vendor="openai", name="same", base_url=f"http://{listener.authority}"
            )
            row.keep_credential("runtime", Secret(mark))
            row.save()
            row.target()
        heard.clear()
        house_api = one.api()
        house_api.post(f"/connections/{row.pk}/test")
        assert heard
        assert all(mark in line for line in heard)
    listener.close()


def test_a_providers_secret_never_goes_to_another_host(house: House) -> None:
    api = house.api()
    body = {
        "name": "Ours",
        "issuer": "https://login.acme.example",
        "client_id": "x",
        "client_secret": "kept",
    }
    made = api.post("/identity-providers", body)
    path = f"/identity-providers/{made.json()['data']['id']}"
    for issuer in (
        "https://evil.example",
        "https://acme.example",
    ):
        refused = api.patch(path, {"issuer": issuer})
        assert refused.status_code == 400
        assert "client_secret" in refused.json()["error"]["details"]["fields"]
    assert api.patch(path, {"issuer": "https://login.acme.example/realms/a"}).status_code == 200
    anew = {"issuer": "https://login.other.example", "client_secret": "for the other"}
    assert api.patch(path, anew).status_code == 200


# --- who may ask, and for how long


def test_no_other_sites_page_reads_our_answers(house: House) -> None:
    browser = house.browser()
    origin = {"Origin": "https://evil.example", "Access-Control-Request-Method": "GET"}
    for path in ("/api/v1/agents", "/api/v1/auth/refresh", "/api/v1/auth/login", "/studio/"):
        for call in (browser.get, browser.options, browser.post):
            answer = call(path, headers=origin)
            assert not [
                name for name in answer.headers if name.lower().startswith("access-control")
            ]


def agents(house: House, number: int) -> None:
    with house.inside():
        rows = [
            Agent(name=f"a{n}", vendor="custom", vendor_agent_id=f"a{n}") for n in range(number)
        ]
        Agent.objects.bulk_create(rows, batch_size=500)


@pytest.mark.parametrize("lost", ["membership", "role", "key"])
def test_an_export_breaks_off_when_its_caller_loses_their_rights(house: House, lost: str) -> None:
    agents(house, PAGE + 1)
    answer = house.api("admin").get("/agents/export.csv")
    pages = iter(answer.streaming_content)
    assert len(next(pages).splitlines()) > PAGE
    with house.inside():
        member = Membership.objects.filter(user=house.admin)
        if lost == "membership":
            member.delete()
        elif lost == "role":
            member.update(role="viewer")
        else:
            revoke_api_key(ApiKey.objects.get(user=house.admin))
    with pytest.raises(Forbidden):
        next(pages)


def test_the_ids_of_anothers_work_open_nothing(house: House, neighbours: House) -> None:
    stranger, rows = neighbours.api(), fill(house, "OURS")
    for path in (
        "/jobs/{jobs.Job}",
        "/jobs/{jobs.Job}/replay",
        "/audit/{governance.AuditEvent}",
        "/audit/{governance.AuditEvent}/proof",
        "/audit/verifications/{governance.AuditVerification}",
    ):
        label = path.partition("{")[2].partition("}")[0]
        here = path.replace(f"{{{label}}}", str(rows[label].pk))
        assert stranger.get(here).status_code in (404, 405), here
        assert stranger.post(here).status_code in (404, 405), here


# --- names that are not on a list

ODD = (
    "_connector",
    "_negated",
    "name__regex",
    "organization__name",
    "id) OR (1=1",
    "a'b",
    'a"b',
    "a.b",
)


def lists() -> list[Route]:
    return [
        route
        for route in all_routes()
        if route.door == "api" and "GET" in route.methods and not route.models
    ]


def test_no_list_takes_a_name_that_it_does_not_know(house: House) -> None:
    api = house.api()
    strange, seen = {}, 0
    for route in lists():
        path = route.path({}).removeprefix("/api/v1")
        answer = api.get(path) if path.startswith("/") else None
        if answer is not None and not answer.streaming and b'"perPage"' in answer.content:
            seen += 1
            for name in ODD:
                answers = (api.get(path, **{name: "OR"}), api.get(path, ordering=name))
                codes = {answer.status_code for answer in answers}
                if codes != {400}:
                    strange[f"{path} {name}"] = codes
    assert strange == {}
    assert seen > 10


# --- proofs anew, and messages


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("post", "/api-keys"),
        ("post", "/api-keys/{accounts.ApiKey}/rotate"),
        ("patch", "/members/{accounts.Membership}"),
        ("delete", "/members/{accounts.Membership}"),
        ("post", "/connections"),
        ("post", "/connections/{connectors.Connection}/rotate"),
        ("delete", "/connections/{connectors.Connection}"),
        ("post", "/organizations/{accounts.Organization}/keys/rotate"),
        ("post", "/identity-providers"),
    ],
)
def test_what_makes_or_moves_secrets_asks_people_for_a_fresh_proof(
    house: House, method: str, path: str
) -> None:
    rows = {"accounts.Organization": house.organization, **fill(house, "OURS")}
    with house.inside():
        house.organization.step_up = "always"
        house.organization.save(update_fields=["step_up"])
    label = path.partition("{")[2].partition("}")[0]
    here = path.replace(f"{{{label}}}", str(rows[label].pk)) if label else path
    browser = Client()
    browser.force_login(house.owner)  # a session that has proved nothing lately
    bodies = {
        "/api-keys": {"name": "k", "scopes": ["agents.read"]},
        "/connections": {"name": "n", "vendor": "openai", "runtime_key": "k" * 20},
        "/identity-providers": {
            "name": "p",
            "issuer": "https://login.acme.example",
            "client_id": "x",
            "client_secret": "y",
        },
    }
    given = bodies.get(here, {"role": "viewer"} if method == "patch" else {})
    if here.endswith("/rotate") and "connections" in here:
        given = {"credential": "runtime", "key": "k" * 20}
    answer = getattr(browser, method)(f"/api/v1{here}", data=given, content_type="application/json")
    assert answer.status_code == 403, answer.content
    assert answer.json()["error"]["code"] == "STEP_UP_REQUIRED"


def test_messages_are_json_and_results_are_not_kept() -> None:
    config = current_app.conf
    assert list(config.accept_content) == ["json"]
    assert (config.task_serializer, config.task_ignore_result) == ("json", True)
    for kind in ("application/x-python-serialize", "application/x-yaml"):
        with pytest.raises(ContentDisallowed):
            loads(pickle.dumps({"job_id": "x"}), kind, "binary", accept=config.accept_content)
