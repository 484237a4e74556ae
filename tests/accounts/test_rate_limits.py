"""Rate limits at the doors: who shares one, what a refusal tells, and what is counted as what."""

from typing import Any

import pytest
from django.test import Client

from accounts.calls import VOLUMES, kind_of_call
from tests.cast import Api, House


@pytest.fixture
def limits(settings: Any) -> Any:
    """Set the calls of one caller, by kind; a day long, so that none come back meanwhile."""
    settings.ARM_RATE_SECONDS = 86_400

    def set_limits(**kinds: int) -> None:
        settings.ARM_RATE_LIMITS = {**settings.ARM_RATE_LIMITS, **kinds}

    return set_limits


def write(api: Api) -> Any:
    return api.post("/agents", {"name": "x"})


def until_refused(api: Api, most: int) -> int:
    """Return how many calls passed before the first refusal."""
    for passed in range(most):
        if write(api).status_code == 429:
            return passed
    return most


def test_a_key_makes_its_calls_and_is_told_when_to_come_back(house: House, limits: Any) -> None:
    limits(write=2)
    api = house.api()
    assert [write(api).status_code for _ in range(2)] == [201, 201]
    refused = write(api)
    assert (refused.status_code, refused.json()["error"]["code"]) == (429, "RATE_LIMITED")
    assert 1 <= int(refused["Retry-After"]) <= 43_200
    assert refused["X-RateLimit-Limit"] == "2"
    assert refused["X-RateLimit-Remaining"] == "0"
    assert int(refused["X-RateLimit-Reset"]) > 43_200


def test_answers_tell_how_many_calls_are_left(house: House, limits: Any) -> None:
    limits(write=3)
    api = house.api()
    assert [write(api)["X-RateLimit-Remaining"] for _ in range(3)] == ["2", "1", "0"]


def test_the_keys_of_a_person_share_twice_what_one_has(house: House, limits: Any) -> None:
    limits(write=2)
    passed = [until_refused(house.api("member"), 4) for _ in range(4)]
    assert passed == [2, 2, 0, 0]
    assert until_refused(house.api("developer"), 4) == 2


def test_people_of_an_organization_share_and_others_do_not_notice(
    house: House, neighbours: House, limits: Any
) -> None:
    limits(write=1)
    roles = ("owner", "admin", "developer", "member")
    passed = sum(until_refused(house.api(role), 3) for role in roles for _ in range(3))
    assert passed == 8
    assert write(neighbours.api("member")).status_code == 201


def test_everybody_together_has_a_limit(house: House, neighbours: House, limits: Any) -> None:
    limits(write=1)
    for each in (house, neighbours):
        with each.inside():
            each.organization.rate_limit_factor = 1_000
            each.organization.save(update_fields=["rate_limit_factor"])
    passed = sum(until_refused(each.api(), 60) for each in (house, neighbours))
    assert passed == 80


def test_kinds_of_calls_are_counted_apart(house: House, limits: Any) -> None:
    limits(write=1, search=1)
    api = house.api()
    write(api)
    answers = [write(api), api.get("/members"), api.get("/members", search="x")]
    assert [answer.status_code for answer in answers] == [429, 200, 200]
    assert api.get("/agents", search="y").status_code == 429


def test_people_in_the_studio_are_limited_and_told_on_a_page(house: House, limits: Any) -> None:
    limits(read=1)
    browser = house.browser()
    answers = [browser.get("/studio/accounts/membership/") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert "Wait a few seconds" in answers[2].content.decode()
    assert "Retry-After" in answers[2].headers


def test_sign_ins_are_counted_by_address_and_ipv6_by_its_network(db: None, limits: Any) -> None:
    limits(auth=2)

    def sign_in(address: str) -> int:
        form = {"username": "nobody@example.com", "password": "wrong"}
        return Client(REMOTE_ADDR=address).post("/studio/login/", form).status_code

    assert [sign_in("203.0.113.9") for _ in range(3)] == [200, 200, 429]
    assert sign_in("203.0.113.10") == 200
    assert [sign_in(f"2001:db8::{n}") for n in range(3)] == [200, 200, 429]
    assert sign_in("2001:db8:0:1::1") == 200


def test_a_forged_header_gives_no_new_address(db: None, limits: Any, settings: Any) -> None:
    limits(auth=1)

    def sign_in(forwarded: str) -> int:
        form = {"username": "nobody@example.com", "password": "wrong"}
        headers = {"X-Forwarded-For": forwarded}
        return Client().post("/studio/login/", form, headers=headers).status_code

    assert [sign_in("192.0.2.1"), sign_in("192.0.2.2")] == [200, 429]
    settings.ARM_TRUSTED_PROXIES = 1
    assert [sign_in("192.0.2.1"), sign_in("192.0.2.9, 192.0.2.1")] == [200, 429]


def test_spellings_of_a_path_share_a_limit(house: House, limits: Any) -> None:
    limits(write=2)
    api = house.api()
    for path in ("/agents", "/agents/", "/AGENTS", "//agents", "/agents?x=1", "/agents"):
        api.post(path, {"name": "x"})
    assert write(api).status_code == 429


def test_only_an_operator_changes_how_much_an_organization_may_call(
    house: House, limits: Any
) -> None:
    limits(write=1)
    path, body = f"/organizations/{house.organization.pk}", {"rate_limit_factor": "3"}
    assert house.api().patch(path, body).status_code == 403
    house.owner.is_operator = True
    house.owner.save(update_fields=["is_operator"])
    limits(write=100)
    assert house.api().patch(path, body).status_code == 200
    assert house.api().patch(path, {"rate_limit_factor": "0"}).status_code == 400
    limits(write=1)
    assert until_refused(house.api("member"), 5) == 3


def test_telemetry_is_lowered_by_owners_and_raised_by_operators(house: House) -> None:
    path, api = f"/organizations/{house.organization.pk}", house.api()
    usual = VOLUMES["ingest_items"]
    assert api.patch(path, {"ingest_items_limit": usual + 1}).status_code == 403
    assert api.patch(path, {"ingest_mib_limit": 10_000}).status_code == 403
    told = api.patch(path, {"ingest_items_limit": 50, "ingest_mib_limit": 1}).json()["data"]
    assert (told["ingest_items_limit"], told["ingest_mib_limit"]) == (50, 1)
    assert api.patch(path, {"ingest_items_limit": usual}).status_code == 200
    for wrong in (0, -1, 10**10, "many"):
        assert api.patch(path, {"ingest_items_limit": wrong}).status_code == 400
    house.owner.is_operator = True
    house.owner.save(update_fields=["is_operator"])
    assert api.patch(path, {"ingest_items_limit": 2 * usual}).status_code == 200
    house.owner.is_operator = False
    house.owner.save(update_fields=["is_operator"])
    assert api.patch(path, {"name": "Acme"}).status_code == 200
    assert api.patch(path, {"ingest_items_limit": usual + 1}).status_code == 200, "it is less"
    assert api.patch(path, {"ingest_items_limit": usual + 2}).status_code == 403
    assert api.patch(path, {"ingest_items_limit": None}).status_code == 200
    assert (
        "Telemetry, items a minute"
        in house.browser().get("/studio/accounts/organization/").content.decode()
    )


@pytest.mark.parametrize(
    ("method", "route", "query", "kind"),
    [
        ("GET", "api/v1/agents$", "", "read"),
        ("GET", "api/v1/agents$", "page=2&search=x", "search"),
        ("GET", "api/v1/agents$", "research=x", "read"),
        ("POST", "api/v1/agents$", "search=x", "write"),
        ("POST", "api/v1/agents/(?P<pk>[^/.]+)/heartbeat$", "", "ingest"),
        ("POST", "api/v1/agents/heartbeat/<uuid:connection>", "", "ingest"),
        ("GET", "api/v1/agents/export.csv$", "", "export"),
        ("GET", "api/v1/audit/export$", "", "export"),
        ("POST", "api/v1/connections/(?P<pk>[^/.]+)/test$", "", "test"),
        ("GET", "studio/login/", "", "read"),
        ("POST", "studio/login/", "", "auth"),
        ("GET", "", "", "read"),
    ],
)
def test_calls_are_told_apart(method: str, route: str, query: str, kind: str) -> None:
    assert kind_of_call(method, route, query) == kind


def test_every_route_that_tests_exports_or_hears_agents_is_counted_as_such() -> None:
    from tests.isolation.routes import all_routes

    kinds = {
        (route.pattern.rstrip("$"), kind_of_call(method, route.pattern, ""))
        for route in all_routes()
        for method in route.methods
        if route.door == "api"
    }
    for word, kind in (("heartbeat", "ingest"), ("export", "export"), ("/test", "test")):
        found = {each for pattern, each in kinds if word in pattern}
        assert found == {kind}, (word, found)
