"""Signing in over the API: tokens, their rotation, and how they end."""

import base64
import json
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import jwt
import pytest
from django.db import connections
from django.test import Client
from django.utils import timezone

from accounts.models import Membership, Organization, RefreshToken, SignInEvent, User
from accounts.signin import access_tokens, counters
from accounts.signin.gate import Gate
from armproject.lib.errors import TooManyRequests
from tests.accounts.people import error, login, session, signed_in
from tests.cast import PASSWORD, Api, House, make_house


def test_a_person_signs_in_and_works_in_their_organization(house: House) -> None:
    api = session("Owner@ACME.example ")
    me = api.get("/auth/me").json()["data"]
    assert me["email"] == house.owner.email
    assert me["organizations"][0]["role"] == "owner"
    assert "members.write" in me["permissions"]
    assert api.get("/members").status_code == 200
    assert api.patch("/auth/me", {"name": "Ada"}).json()["data"]["name"] == "Ada"


def test_the_other_root_leads_to_the_same_door(house: House) -> None:
    body = json.dumps({"email": house.owner.email, "password": PASSWORD})
    answer = Client().post("/api/auth/login", body, content_type="application/json")
    assert answer.status_code == 200


def test_an_access_token_says_who_and_where_and_nothing_else(house: House) -> None:
    token = signed_in(house.viewer.email)["access_token"]
    claims = jwt.decode(token, options={"verify_signature": False})
    assert set(claims) == {"sub", "email", "tenant_id", "sid", "iat", "exp"}
    assert claims["tenant_id"] == str(house.organization.pk)
    assert claims["exp"] - claims["iat"] <= 600


def forged(claims: dict[str, Any], key: Any, algorithm: str, **header: Any) -> str:
    return jwt.encode(claims, key, algorithm, headers=header or None)


def test_forged_tokens_are_refused(house: House) -> None:
    token = signed_in(house.owner.email)["access_token"]
    claims = jwt.decode(token, options={"verify_signature": False})
    key = access_tokens._key()
    head, body, signature = token.split(".")
    none = base64.urlsafe_b64encode(b'{"alg":"none","typ":"JWT"}').rstrip(b"=").decode()
    now = int(time.time())
    bad = [
        f"{none}.{body}.",
        f"{none}.{body}.{signature}",
        forged(claims, "another-key-of-32-bytes-or-more!!", "HS256"),
        forged(claims, key * 2, "HS512"),
        forged(claims, key, "HS256", kid="../../../dev/null"),
        forged(claims, key, "HS256", jku="https://evil.example/keys"),
        forged({**claims, "exp": now + 10 * 365 * 86_400}, key, "HS256"),
        forged({**claims, "iat": now - 7_200, "exp": now - 3_600}, key, "HS256"),
        forged({**claims, "iat": now + 3_600, "exp": now + 3_900}, key, "HS256"),
        forged({**claims, "role": "owner"}, key, "HS256"),
        forged({**claims, "sub": 1}, key, "HS256"),
        *(
            forged({n: v for n, v in claims.items() if n != left_out}, key, "HS256")
            for left_out in claims
        ),
        f"{head}.{body}",
        "",
        "x",
        "a.b.c",
    ]
    for forgery in bad:
        assert Api(forgery or " ").get("/members").status_code == 401, forgery
    assert Api(forged(claims, key, "HS256")).get("/members").status_code == 200


def test_a_token_of_another_session_or_tenant_cannot_be_made_up(
    house: House, neighbours: House
) -> None:
    claims = jwt.decode(
        signed_in(house.owner.email)["access_token"], options={"verify_signature": False}
    )
    key = access_tokens._key()
    foreign = {**claims, "tenant_id": str(neighbours.organization.pk)}
    assert Api(forged(foreign, key, "HS256")).get("/members").status_code == 401
    other = {**claims, "sub": str(house.viewer.pk)}
    assert Api(forged(other, key, "HS256")).get("/members").status_code == 401


def test_refresh_tokens_work_once_and_reuse_ends_the_session(house: House) -> None:
    first = signed_in(house.owner.email)
    second = Api().post("/auth/refresh", {"refresh_token": first["refresh_token"]}).json()["data"]
    assert second["refresh_token"] != first["refresh_token"]
    RefreshToken.objects.filter(used_at__isnull=False).update(
        used_at=timezone.now() - timedelta(minutes=1)
    )
    stolen = Api().post("/auth/refresh", {"refresh_token": first["refresh_token"]})
    assert stolen.status_code == 401
    for token in (first["access_token"], second["access_token"]):
        assert Api(token).get("/members").status_code == 401
    later = Api().post("/auth/refresh", {"refresh_token": second["refresh_token"]})
    assert later.status_code == 401
    with house.inside():
        assert SignInEvent.objects.filter(outcome="token_reused").exists()


def test_of_two_who_refresh_at_once_the_second_is_told_so(house: House) -> None:
    token = {"refresh_token": signed_in(house.owner.email)["refresh_token"]}
    won = Api().post("/auth/refresh", token)
    lost = Api().post("/auth/refresh", token)
    assert (won.status_code, lost.status_code) == (200, 409)
    assert Api(won.json()["data"]["access_token"]).get("/members").status_code == 200


def test_of_many_who_refresh_in_parallel_one_wins(committed: None) -> None:
    token = {"refresh_token": signed_in(make_house("Acme").owner.email)["refresh_token"]}

    def refresh(_: int) -> int:
        try:
            status: int = Api().post("/auth/refresh", token).status_code
            return status
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        statuses = sorted(pool.map(refresh, range(16)))
    assert statuses.count(200) == 1
    assert set(statuses[1:]) == {409}


def test_who_signs_out_is_out_at_once(house: House) -> None:
    tokens = signed_in(house.owner.email)
    api = Api(tokens["access_token"])
    assert api.post("/auth/logout").status_code == 204
    assert api.get("/members").status_code == 401
    again = Api().post("/auth/refresh", {"refresh_token": tokens["refresh_token"]})
    assert again.status_code == 401


def test_signing_out_everywhere_ends_every_session(house: House) -> None:
    apis = [session(house.owner.email) for _ in range(3)]
    other = session(house.viewer.email)
    assert apis[0].post("/auth/logout-all").status_code == 204
    assert [api.get("/members").status_code for api in apis] == [401, 401, 401]
    assert other.get("/members").status_code == 200


def test_sessions_are_listed_and_ended_by_their_owner_only(house: House) -> None:
    here, there, stranger = (
        session(house.owner.email),
        session(house.owner.email),
        session(house.viewer.email),
    )
    rows = here.get("/auth/sessions").json()["data"]
    assert [row["is_current"] for row in rows].count(True) == 1
    other = next(row["id"] for row in rows if not row["is_current"])
    assert stranger.delete(f"/auth/sessions/{other}").status_code == 404
    assert here.delete(f"/auth/sessions/{other}").status_code == 204
    assert there.get("/members").status_code == 401
    assert here.get("/members").status_code == 200


@pytest.mark.parametrize("what", ["person", "organization", "membership", "password"])
def test_what_ends_takes_every_session_with_it_at_once(house: House, what: str) -> None:
    tokens = signed_in(house.member.email)
    api, browser = Api(tokens["access_token"]), house.browser("member")
    assert api.get("/members").status_code == 200
    with house.inside():
        if what == "person":
            User.objects.filter(pk=house.member.pk).update(is_active=False)
        elif what == "organization":
            Organization.objects.update(suspended_at=timezone.now())
        elif what == "membership":
            Membership.objects.get(user=house.member).delete()
        else:
            house.member.set_password("another long pass phrase")
            house.member.save()
    assert api.get("/members").status_code in (401, 403)
    assert browser.get("/api/v1/members").status_code in (401, 403)
    renewed = Api().post("/auth/refresh", {"refresh_token": tokens["refresh_token"]})
    if renewed.status_code == 200:
        token = renewed.json()["data"]["access_token"]
        assert Api(token).get("/members").status_code == 403
    else:
        assert renewed.status_code == 401


def test_a_role_is_read_anew_for_each_call(house: House) -> None:
    api = session(house.admin.email)
    body = {"email": "new@acme.example", "role": "viewer"}
    with house.inside():
        Membership.objects.filter(user=house.admin).update(role="viewer")
    assert api.post("/invitations", body).status_code == 403


def test_people_of_several_organizations_switch(house: House, neighbours: House) -> None:
    with neighbours.inside():
        Membership.objects.create(user=house.owner, role="viewer")
    api = session(house.owner.email)
    there = api.post("/auth/switch", {"organization": str(neighbours.organization.pk)})
    token = there.json()["data"]["access_token"]
    assert Api(token).get("/organizations").json()["data"][0]["slug"] == "globex"
    assert Api(token).post("/invitations", {"email": "x@y.zz", "role": "viewer"}).status_code == 403
    assert api.get("/organizations").json()["data"][0]["slug"] == "acme"
    nowhere = api.post("/auth/switch", {"organization": str(house.owner.pk)})
    assert nowhere.status_code == 404


def test_a_key_cannot_manage_a_person(house: House) -> None:
    api = house.api()
    assert api.get("/auth/me").status_code == 200
    for path in ("/auth/logout", "/auth/password", "/auth/mfa/setup", "/auth/logout-all"):
        assert api.post(path).status_code == 403
    assert Api().get("/auth/me").status_code == 401


def test_the_gate_answers_unknown_wrong_suspended_and_passwordless_alike(house: House) -> None:
    suspended, without = house.viewer, house.member
    User.objects.filter(pk=suspended.pk).update(is_active=False)
    without.set_unusable_password()
    without.save()
    answers = [
        login(house.owner.email, "wrong"),
        login("nobody@acme.example", "wrong"),
        login(suspended.email),
        login(without.email, ""),
        login(without.email, "!"),
    ]
    bodies = {(a.status_code, a.json()["error"]["code"]) for a in answers if "fields" not in a.text}
    assert bodies == {(401, "INVALID_CREDENTIALS")}


def test_guesses_are_limited_alike_for_known_and_unknown_accounts(house: House) -> None:
    def tries(email: str) -> list[int]:
        return [login(email, "wrong").status_code for _ in range(12)]

    known, unknown = tries(house.owner.email), tries("nobody@acme.example")
    assert known == unknown == [401] * 10 + [429] * 2
    limited = login(house.owner.email)
    assert limited.status_code == 429
    assert int(limited["Retry-After"]) > 0


@pytest.mark.parametrize(
    "spelling", ["OWNER@acme.example", " owner@acme.example ", "ｏｗｎｅｒ@acme.example"]
)
def test_other_spellings_of_an_address_share_its_limit(house: House, spelling: str) -> None:
    for _ in range(10):
        login(house.owner.email, "wrong")
    assert login(spelling).status_code == 429


def test_a_known_device_is_not_locked_out_by_strangers(house: House) -> None:
    mark = signed_in(house.owner.email)["device_token"]
    for _ in range(12):
        login(house.owner.email, "wrong")
    assert login(house.owner.email).status_code == 429
    assert login(house.owner.email, device_token=mark).status_code == 200
    assert login(house.viewer.email, "wrong", device_token=mark).status_code == 401


def test_a_device_cannot_guess_forever(house: House) -> None:
    mark = signed_in(house.owner.email)["device_token"]
    statuses = [login(house.owner.email, "no", device_token=mark).status_code for _ in range(11)]
    assert statuses == [401] * 10 + [429]


def test_addresses_of_one_network_share_their_limit(db: None) -> None:
    from dataclasses import replace

    from armproject.lib import context
    from armproject.lib.context import Context, RequestInfo

    def limit_of(address: str) -> str:
        with context.use(replace(Context(), request=RequestInfo(address=address))):
            return counters.address().key

    assert limit_of("2001:db8:1:2::1") == limit_of("2001:db8:1:2:ffff::9")
    assert limit_of("2001:db8:1:2::1") != limit_of("2001:db8:1:3::1")
    assert limit_of("192.0.2.1") != limit_of("192.0.2.2")


def test_guesses_at_one_company_are_limited_together(db: None) -> None:
    limit = counters.Limit("domain:acme.example", 3)
    for _ in range(3):
        counters.count(limit)
    with pytest.raises(TooManyRequests):
        counters.count(limit)


def test_password_work_lets_few_in_and_turns_the_crowd_away() -> None:
    from threading import Event

    gate, go_on = Gate(inside=2, waiting=3, patience=30), Event()

    def work(_: int) -> bool:
        try:
            with gate.enter():
                return go_on.wait(30)
        except TooManyRequests:
            turned_away.append(1)
            if len(turned_away) == 55:
                go_on.set()
            return False

    turned_away: list[int] = []
    with ThreadPoolExecutor(60) as pool:
        done = list(pool.map(work, range(60)))
    assert (done.count(True), len(turned_away)) == (5, 55)


def test_everybody_sees_their_own_sign_ins_and_auditors_all(house: House) -> None:
    viewer, auditor = session(house.viewer.email), session(house.auditor.email)
    login(house.viewer.email, "wrong")
    own = viewer.get("/sign-ins").json()["data"]
    assert {row["email"] for row in own} == {house.viewer.email}
    assert {row["outcome"] for row in own} == {"signed_in", "wrong_password"}
    everybody = {row["email"] for row in auditor.get("/sign-ins").json()["data"]}
    assert everybody == {house.viewer.email, house.auditor.email}


def test_sign_ins_are_told_to_ones_own_organizations_only(house: House, neighbours: House) -> None:
    session(house.owner.email)
    rows = session(neighbours.owner.email).get("/sign-ins").json()["data"]
    assert {row["email"] for row in rows} == {neighbours.owner.email}


def test_calls_from_another_sites_page_are_refused(house: House) -> None:
    for path in ("refresh", "login"):
        answer = Client().post(
            f"/api/v1/auth/{path}",
            "{}",
            content_type="application/json",
            headers={"Origin": "https://evil.example"},
        )
        assert answer.status_code == 403
        assert "Access-Control-Allow-Origin" not in answer.headers


def test_a_session_by_cookie_proves_its_origin(house: House) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(house.owner)
    answer = browser.post("/api/v1/auth/logout", "{}", content_type="application/json")
    assert answer.status_code == 403
    assert browser.get("/api/v1/auth/me").status_code == 200


@pytest.mark.parametrize("path", ["/api/v1/auth/login", "/api/health", "/studio/login/", "/x"])
def test_an_unknown_host_is_refused_everywhere(house: House, path: str) -> None:
    answer = Client(raise_request_exception=False).get(path, headers={"Host": "evil.example"})
    assert answer.status_code == 400


@pytest.mark.parametrize("body", [{}, {"email": 1}, {"email": "a\x00@b.c", "password": "x"}, []])
def test_bad_bodies_are_explained(house: House, body: Any) -> None:
    for path in ("login", "register", "refresh", "login/mfa", "password/reset/confirm"):
        assert Api().post(f"/auth/{path}", body).status_code in (400, 401)


def test_a_changed_password_ends_the_other_sessions(house: House) -> None:
    here, there = session(house.owner.email), session(house.owner.email)
    weak = {"current_password": PASSWORD, "new_password": "password1234"}
    assert here.post("/auth/password", weak).status_code == 400
    wrong = {"current_password": "wrong", "new_password": "an entirely new phrase"}
    assert error(here.post("/auth/password", wrong)) == "INVALID_CREDENTIALS"
    good = {"current_password": PASSWORD, "new_password": "an entirely new phrase"}
    assert here.post("/auth/password", good).status_code == 204
    assert here.get("/members").status_code == 200
    assert there.get("/members").status_code == 401
    assert login(house.owner.email, "an entirely new phrase").status_code == 200
