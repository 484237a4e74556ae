"""API keys: scopes, expiry, addresses, rotation, and the keys that keys issue."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import ApiKey, User
from accounts.models.api_key import digest, is_mistyped
from accounts.roles import MATRIX, Role, rights_of
from tests.cast import Api, House

KEYS = ["api_keys.read", "api_keys.write", "agents.read"]


def issue(api: Api, **body: Any) -> tuple[str, Api]:
    answer = api.post("/api-keys", {"name": "ci", "scopes": KEYS, **body})
    assert answer.status_code == 201, answer.content
    data = answer.json()["data"]
    return data["id"], Api(data["token"])


def rotate(api: Api, key: str, **body: Any) -> Any:
    return api.post(f"/api-keys/{key}/rotate", body)


def test_a_rotated_key_has_a_new_secret_and_the_old_one_ends(house: House) -> None:
    key, old = issue(house.api("developer"))
    answer = rotate(old, key)
    assert answer.status_code == 200, answer.content
    assert old.get("/agents").status_code == 401
    assert Api(answer.json()["data"]["token"]).get("/agents").status_code == 200


def test_during_the_overlap_both_secrets_work_and_then_one(house: House) -> None:
    key, old = issue(house.api("developer"))
    until = timezone.now() + timedelta(days=1)
    new = Api(rotate(old, key, keep_until=until.isoformat()).json()["data"]["token"])
    assert (old.get("/agents").status_code, new.get("/agents").status_code) == (200, 200)
    with house.inside():
        ApiKey.objects.filter(pk=key).update(former_until=timezone.now())
    assert (old.get("/agents").status_code, new.get("/agents").status_code) == (401, 200)


@pytest.mark.parametrize("days", [-1, 8])
def test_an_overlap_is_at_most_a_week(house: House, days: int) -> None:
    key, program = issue(house.api("developer"))
    until = (timezone.now() + timedelta(days=days)).isoformat()
    answer = rotate(program, key, keep_until=until)
    assert (answer.status_code, "keep_until" in answer.json()["error"]["details"]["fields"]) == (
        400,
        True,
    )
    assert program.get("/agents").status_code == 200


def test_nobody_rotates_the_key_of_somebody_else(house: House, neighbours: House) -> None:
    key, _ = issue(house.api("developer"))
    assert rotate(house.api("owner"), key).status_code == 403
    assert rotate(neighbours.api("owner"), key).status_code == 404


def test_a_key_rotates_itself_and_those_it_issued_but_no_stronger_one(house: House) -> None:
    strong, _ = issue(house.api("developer"), scopes=[*KEYS, "jobs.read"])
    weak, program = issue(house.api("developer"))
    child, _ = issue(program)
    assert rotate(program, strong).status_code == 403
    assert rotate(program, child).status_code == 200
    assert rotate(program, weak).status_code == 200


def test_an_ended_key_is_not_rotated(house: House) -> None:
    api = house.api("developer")
    key, _ = issue(api)
    api.post(f"/api-keys/{key}/revoke")
    assert rotate(api, key).status_code == 409


def test_revoking_a_key_revokes_all_that_came_of_it(house: House) -> None:
    root, parent = issue(house.api("developer"))
    _, child = issue(parent)
    _, grandchild = issue(child)
    _, other = issue(house.api("developer"))
    assert house.api("owner").post(f"/api-keys/{root}/revoke").status_code == 200
    answers = [each.get("/agents").status_code for each in (parent, child, grandchild, other)]
    assert answers == [401, 401, 401, 200]


@pytest.mark.parametrize(
    ("networks", "address", "status"),
    [
        (["203.0.113.0/24"], "203.0.113.9", 200),
        (["203.0.113.0/24"], "::ffff:203.0.113.9", 200),
        (["203.0.113.0/24"], "203.0.114.9", 403),
        (["2001:db8:1::/48", "198.51.100.7"], "2001:db8:1:2::9", 200),
        (["2001:db8:1::/48", "198.51.100.7"], "198.51.100.7", 200),
        (["2001:db8:1::/48"], "2001:db8:2::9", 403),
        (["2001:db8:1::/48"], "nowhere", 403),
    ],
)
def test_a_key_works_from_its_networks_only(
    house: House, networks: list[str], address: str, status: int
) -> None:
    _, program = issue(house.api("developer"), addresses=networks)
    program.client.defaults["REMOTE_ADDR"] = address
    assert program.get("/agents").status_code == status


def test_a_forged_header_does_not_move_a_caller(house: House, settings: Any) -> None:
    _, program = issue(house.api("developer"), addresses=["203.0.113.0/24"])
    program.headers["X-Forwarded-For"] = "203.0.113.9"
    assert program.get("/agents").status_code == 403
    settings.ARM_TRUSTED_PROXIES = 1
    assert program.get("/agents").status_code == 200
    program.headers["X-Forwarded-For"] = "203.0.113.9, 192.0.2.1"
    assert program.get("/agents").status_code == 403


@pytest.mark.parametrize("bad", ["203.0.113.9/24", "everywhere", "1.2.3", "10.0.0.0/33", ""])
def test_what_is_no_network_is_told(house: House, bad: str) -> None:
    body = {"name": "x", "scopes": KEYS, "addresses": [bad]}
    answer = house.api("developer").post("/api-keys", body)
    assert answer.status_code == 400
    assert "addresses" in str(answer.json()["error"]["details"])


def test_a_key_issues_none_that_works_from_elsewhere(house: House) -> None:
    _, program = issue(house.api("developer"), addresses=["127.0.0.0/8"])
    wider = {"name": "x", "scopes": KEYS, "addresses": ["0.0.0.0/0"]}
    assert program.post("/api-keys", wider).status_code == 403
    child, _ = issue(program)
    data = program.get(f"/api-keys/{child}").json()["data"]
    assert data["addresses"] == ["127.0.0.0/8"]


def test_a_key_ends_at_its_second(house: House) -> None:
    key, program = issue(
        house.api("developer"), expires_at=(timezone.now() + timedelta(hours=1)).isoformat()
    )
    assert program.get("/agents").status_code == 200
    with house.inside():
        ApiKey.objects.filter(pk=key).update(expires_at=timezone.now())
    assert program.get("/agents").status_code == 401


@pytest.mark.parametrize("end", ["person", "organization"])
def test_keys_end_with_their_person_and_organization(house: House, end: str) -> None:
    _, program = issue(house.api("developer"))
    if end == "person":
        User.objects.filter(pk=house.developer.pk).update(is_active=False)
    else:
        with house.inside():
            house.organization.suspended_at = timezone.now()
            house.organization.save(update_fields=["suspended_at"])
    assert program.get("/agents").status_code == 401


def test_scanners_can_tell_a_key_from_what_looks_like_one(house: House) -> None:
    token = house.key()
    assert not is_mistyped(token)
    for place in range(len(token) - 6, len(token)):
        other = "a" if token[place] != "a" else "b"
        assert is_mistyped(token[:place] + other + token[place + 1 :])


def test_keys_without_a_checksum_still_work(house: House) -> None:
    token = house.key()[:-6]
    with house.inside():
        ApiKey.objects.update(digest=digest(token))
    assert Api(token).get("/agents").status_code == 200


def test_a_mistyped_key_asks_the_database_nothing(house: House) -> None:
    token = house.key()
    with CaptureQueriesContext(connection) as asked:
        assert Api(token[:-1] + "-").get("/agents").status_code == 401
    assert not [query for query in asked if "arm_find_api_key" in query["sql"]]


@pytest.mark.parametrize("role", Role.values)
def test_no_role_mints_a_key_above_itself(house: House, role: str) -> None:
    api, beyond = house.api(role), sorted(set(MATRIX) - rights_of(role))
    for scope in beyond:
        assert api.post("/api-keys", {"name": "x", "scopes": [scope]}).status_code == 403
    if "api_keys.write" in rights_of(role):
        _, minted = issue(api, scopes=sorted(rights_of(role)))
        for scope in beyond:
            answer = minted.post("/api-keys", {"name": "x", "scopes": [scope]})
            assert answer.status_code == 403


def test_no_answer_holds_a_secret_after_a_key_was_issued(house: House) -> None:
    key, program = issue(house.api("developer"))
    with house.inside():
        kept = ApiKey.objects.get(pk=key)
    for answer in (program.get("/api-keys"), program.get(f"/api-keys/{key}")):
        text = answer.content.decode()
        assert kept.digest not in text
        assert "token" not in text
        assert "digest" not in text


@pytest.mark.parametrize(
    "path", ["/agents?search={}", "/agents?key={}", "/agents/{}", "/agents?search=%61{}"]
)
def test_keys_in_addresses_are_refused(house: House, path: str) -> None:
    token = house.key()
    shown = token[1:] if "%61" in path else token
    answer = house.api().get(path.format(shown))
    assert (answer.status_code, token in answer.content.decode()) == (400, False)
