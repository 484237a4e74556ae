"""Published failures of others, tried here: injections, confused caches, trusted ids, wide keys."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import ApiKey
from accounts.models.api_key import PREFIX, checksum
from accounts.recent_keys import RecentKeys
from accounts.roles import MATRIX, Role, rights_of
from tests.cast import Api, House

INJECTIONS = [
    f"{mark}{text}"
    for mark in ("'", '"', "')", "';", "\\'", "%27")
    for text in (
        " OR 1=1 --",
        "; DROP TABLE accounts_user; --",
        " UNION SELECT digest FROM accounts_apikey --",
        "||pg_sleep(9)||",
        "/*canary*/",
        "$$canary$$",
        "%s%(x)s{0}",
    )
]


@pytest.mark.parametrize("text", INJECTIONS)
def test_text_that_is_not_a_key_is_refused_and_reaches_no_statement(db: None, text: str) -> None:
    public_id = "0123456789ab"
    body = f"{PREFIX}{public_id}_{text}"
    for token in (f"{PREFIX}{text}", body, body + checksum(body)):
        with CaptureQueriesContext(connection) as asked:
            answer = Api(token).get("/members")
        assert answer.status_code == 401
        assert not [query for query in asked if text in query["sql"]]


@pytest.mark.parametrize("text", INJECTIONS)
def test_text_in_a_session_or_a_cursor_is_refused(house: House, text: str) -> None:
    browser = house.browser()
    browser.cookies["arm-session"] = text.replace(";", "")
    assert browser.get("/api/v1/members").status_code == 401
    api = house.api()
    assert api.get("/members", cursor=text).status_code == 400
    assert api.get("/members", ordering=text).status_code == 400
    assert api.get(f"/members/{text.replace('/', '')}").status_code == 404


@pytest.mark.parametrize(
    "name",
    ["_connector", "_negated", "role__in", "user__password", "id) OR (1=1", 'a"b', "a'b", "a\x01b"],
)
def test_names_of_parameters_come_from_a_list(house: House, name: str) -> None:
    api = house.api()
    assert api.get("/members", **{name: "OR"}).status_code == 400
    assert api.patch("/members/x", {name: "OR"}).status_code in (400, 404)
    assert api.post("/roles", {"name": "n", "permissions": [], name: 1}).status_code == 400


def test_two_keys_that_begin_alike_are_two_keys(house: House, neighbours: House) -> None:
    """The recent keys are found by a digest of the whole token, never by a part of it."""
    recent, alike = RecentKeys(), "f" * 63
    assert recent.recall(alike + "0", lambda: "first") == "first"
    assert recent.recall(alike + "1", lambda: "second") == "second"
    token = house.key()
    other = token[:-7] + ("a" if token[-7] != "a" else "b")
    assert Api(token).get("/members").status_code == 200
    assert Api(other + checksum(other)).get("/members").status_code == 401


@pytest.mark.parametrize(
    "name", ["organization", "organization_id", "org", "orgId", "tenant_id", "workspace"]
)
def test_the_organization_comes_from_the_credential_alone(
    house: House, neighbours: House, name: str
) -> None:
    theirs, api = str(neighbours.organization.pk), house.api()
    refused = (
        api.get("/members", **{name: theirs}),
        api.post("/agents", {"name": "x", name: theirs}),
        api.post("/api-keys", {"name": "x", "scopes": ["agents.read"], name: theirs}),
    )
    assert [answer.status_code for answer in refused] == [400, 400, 400]
    for header in (f"X-{name}", "X-Organization-Id", "X-Tenant-Id"):
        api.headers[header] = theirs
    slugs = [row["slug"] for row in api.get("/organizations").json()["data"]]
    assert slugs == [house.organization.slug]


@pytest.mark.parametrize("role", Role.values)
def test_a_weak_key_finds_no_stronger_secret(house: House, role: str) -> None:
    """Whoever may list keys sees no token, and can turn none into one."""
    strong = house.key("owner")
    with house.inside():
        key = ApiKey.objects.get(user=house.owner)
    weak = house.api(role, scopes=["api_keys.read", "api_keys.write"])
    for answer in (weak.get("/api-keys"), weak.get(f"/api-keys/{key.pk}")):
        text = answer.content.decode()
        assert strong.rpartition("_")[2] not in text
        assert key.digest not in text
    assert weak.post(f"/api-keys/{key.pk}/rotate", {}).status_code == 403


@pytest.mark.parametrize("debug", [True, False])
@pytest.mark.parametrize("proxies", [0, 1])
def test_no_setting_opens_what_a_role_does_not(
    house: House, settings: Any, debug: bool, proxies: int
) -> None:
    settings.DEBUG, settings.ARM_TRUSTED_PROXIES = debug, proxies
    api = house.api("viewer")
    for permission, path in (
        ("jobs.read", "/jobs"),
        ("audit.read", "/audit"),
        ("api_keys.read", "/api-keys"),
    ):
        assert permission not in rights_of("viewer")
        assert api.get(path).status_code == 403
    assert house.browser("viewer").get("/api/v1/jobs").status_code == 403


def test_verbs_that_act_are_refused_like_those_that_write(house: House) -> None:
    from agents.models import Agent

    with house.inside():
        agent = Agent.objects.create(name="a", vendor="custom", vendor_agent_id="a")
    viewer = house.api("viewer")
    for verb in ("pause", "resume", "inject", "health-check", "heartbeat"):
        assert viewer.post(f"/agents/{agent.pk}/{verb}").status_code == 403, verb
    assert {"agents.pause", "agents.inject", "agents.check"} <= set(MATRIX) - rights_of("viewer")
