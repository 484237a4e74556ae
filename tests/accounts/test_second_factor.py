"""The second factor: its codes, its guesses, and proving anew before dangerous deeds."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import hotp_value
from django.core import mail
from django.db import connections
from django.test import Client

from accounts.actions.rotate_master_key import rotate_master_key
from accounts.models import Organization
from accounts.signin import second_factor
from tests.accounts.people import code_of, enrol, error, login, post_out, session, signed_in
from tests.accounts.vaulted import held_by, master
from tests.cast import PASSWORD, Api, House, make_house

SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # of RFC 6238, appendix B, "1234…" in base 32


@pytest.mark.parametrize(
    ("moment", "code"),
    [
        (59, 94287082),
        (1111111109, 7081804),
        (1111111111, 14050471),
        (1234567890, 89005924),
        (2000000000, 69279037),
        (20000000000, 65353130),
    ],
)
def test_codes_are_those_of_the_standard(moment: int, code: int) -> None:
    assert hotp_value(SECRET, moment // 30) == code % 10**6


def finish(email: str, code: str) -> object:
    needed = login(email)
    assert error(needed) == "MFA_REQUIRED"
    note = needed.json()["error"]["details"]["mfa_token"]
    return Api().post("/auth/login/mfa", {"mfa_token": note, "code": code})


def test_a_factor_is_set_up_and_asked_for_from_then_on(house: House) -> None:
    api = session(house.owner.email)
    setup = api.post("/auth/mfa/setup").json()["data"]
    assert setup["address"].startswith("otpauth://totp/")
    body = {"setup_token": setup["setup_token"]}
    assert error(api.post("/auth/mfa/confirm", {**body, "code": "000000"})) == "INVALID_CODE"
    done = api.post("/auth/mfa/confirm", {**body, "code": code_of(setup["secret"])})
    assert len(done.json()["data"]["recovery_codes"]) == 10
    post_out(house)
    assert "second factor protects" in mail.outbox[-1].subject
    answer = finish(house.owner.email, code_of(setup["secret"], ahead=1))
    assert "access_token" in answer.json()["data"]


def test_the_code_may_come_with_the_password(house: House) -> None:
    secret, _ = enrol(house.owner)
    assert login(house.owner.email, code=code_of(secret)).status_code == 200


def test_a_note_of_a_password_alone_opens_nothing(house: House) -> None:
    enrol(house.owner)
    note = login(house.owner.email).json()["error"]["details"]["mfa_token"]
    assert Api(note).get("/members").status_code == 401
    assert Api().post("/auth/refresh", {"refresh_token": note}).status_code == 401
    bad = Api().post("/auth/login/mfa", {"mfa_token": note + "x", "code": "123456"})
    assert error(bad) == "INVALID_CODE"


def test_each_step_counts_once_however_it_is_spelled(house: House) -> None:
    secret, _ = enrol(house.owner)
    code = code_of(secret)
    wide = "".join(chr(ord("０") + int(digit)) for digit in code)
    spellings = [f"{code[:3]} {code[3:]}", code, f" {code}\t", wide, f"{code[:3]}-{code[3:]}"]
    results = [second_factor.use(house.owner, spelling) for spelling in spellings]
    assert results == ["totp", "", "", "", ""]


def test_an_older_step_does_not_count_after_a_newer_one(house: House) -> None:
    secret, _ = enrol(house.owner)
    assert second_factor.use(house.owner, code_of(secret, ahead=1)) == "totp"
    assert second_factor.use(house.owner, code_of(secret)) == ""


def test_recovery_codes_work_once_and_are_kept_as_digests(house: House) -> None:
    _, codes = enrol(house.owner)
    kept = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert not any(code in kept or second_factor.canonical_code(code) in kept for code in codes)
    assert finish(house.owner.email, codes[0].upper().replace("-", " ")).status_code == 200
    assert error(finish(house.owner.email, codes[0])) == "INVALID_CODE"
    assert second_factor.remaining_recovery_codes(house.owner.pk) == 9


def test_the_secret_is_sealed_and_bound_to_its_owner(house: House) -> None:
    secret, _ = enrol(house.owner)
    row = Authenticator.objects.get(user=house.owner, type="totp")
    assert secret not in str(row.data)
    assert (
        second_factor.opened_setup(second_factor.draw_secret(house.owner)[1], house.viewer) is None
    )


def test_a_new_master_key_takes_over_the_secrets(house: House, settings: Any) -> None:
    secret, _ = enrol(house.owner)
    new = master("k2")
    with held_by(settings, ARM_MASTER_KEYS=f"{new},{settings.ARM_MASTER_KEYS}"):
        rotate_master_key()
        assert rotate_master_key().done == 0
    with held_by(settings, ARM_MASTER_KEYS=new):
        assert second_factor.use(house.owner, code_of(secret)) == "totp"


def test_parallel_guesses_count_one_by_one(committed: None) -> None:
    house = make_house("Acme")
    secret, _ = enrol(house.owner)
    note = login(house.owner.email).json()["error"]["details"]["mfa_token"]

    def guess(number: int) -> int:
        try:
            body = {"mfa_token": note, "code": f"x{number}"}
            status: int = Api().post("/auth/login/mfa", body).status_code
            return status
        finally:
            connections.close_all()

    with ThreadPoolExecutor(10) as pool:
        statuses = sorted(pool.map(guess, range(10)))
    assert statuses == [401] * 5 + [429] * 5
    limited = Api().post("/auth/login/mfa", {"mfa_token": note, "code": code_of(secret)})
    assert limited.status_code == 429


def test_removing_the_factor_takes_password_and_code_and_is_told(house: House) -> None:
    secret, codes = enrol(house.owner)
    api = session(house.owner.email, code=code_of(secret))
    body = {"password": PASSWORD, "code": codes[0]}
    assert api.post("/auth/mfa/disable", {**body, "password": "wrong"}).status_code == 401
    assert api.post("/auth/mfa/disable", {**body, "code": "123456"}).status_code == 401
    assert api.post("/auth/mfa/disable", body).status_code == 204
    post_out(house)
    assert "was removed" in mail.outbox[-1].subject
    assert login(house.owner.email).status_code == 200


def test_new_recovery_codes_end_the_old_ones(house: House) -> None:
    secret, codes = enrol(house.owner)
    api = session(house.owner.email, code=code_of(secret))
    fresh = api.post("/auth/mfa/recovery-codes", {"code": codes[0]}).json()["data"]
    assert len(fresh["recovery_codes"]) == 10
    assert second_factor.use(house.owner, codes[1]) == ""


def test_dangerous_deeds_ask_people_with_a_factor_to_prove_it_anew(house: House) -> None:
    secret, _ = enrol(house.owner)
    browser = Client()
    browser.force_login(house.owner)  # a session that has shown nothing yet
    body = '{"name": "ci", "scopes": ["agents.read"]}'

    def issue() -> object:
        return browser.post("/api/v1/api-keys", body, content_type="application/json")

    assert error(issue()) == "STEP_UP_REQUIRED"
    confirm = browser.post(
        "/api/v1/auth/confirm", f'{{"code": "{code_of(secret)}"}}', content_type="application/json"
    )
    assert confirm.status_code == 204
    assert issue().status_code == 201


@pytest.mark.parametrize(("rule", "expected"), [("enrolled", 201), ("always", 403), ("never", 201)])
def test_the_organization_says_who_proves_anew(house: House, rule: str, expected: int) -> None:
    with house.inside():
        Organization.objects.update(step_up=rule)
    browser = house.browser()
    answer = browser.post(
        "/api/v1/api-keys",
        '{"name": "ci", "scopes": ["agents.read"]}',
        content_type="application/json",
    )
    assert answer.status_code == expected


def test_keys_are_never_asked_to_prove_anything(house: House) -> None:
    enrol(house.owner)
    with house.inside():
        Organization.objects.update(step_up="always")
    body = {"name": "ci", "scopes": ["agents.read"]}
    assert house.api().post("/api-keys", body).status_code == 201


def test_the_studio_asks_for_the_code(house: House) -> None:
    secret, _ = enrol(house.owner)
    browser = Client()
    form = {"username": house.owner.email, "password": PASSWORD, "next": "/studio/account"}
    asked = browser.post("/studio/login/", form)
    assert asked["Location"].startswith("/studio/login/code?next=")
    assert "_auth_user_id" not in browser.session
    assert browser.get("/studio/").status_code == 302
    wrong = browser.post(asked["Location"], {"code": "123456"})
    assert "does not fit" in wrong.content.decode()
    right = browser.post(asked["Location"], {"code": code_of(secret), "next": "/studio/account"})
    assert right["Location"] == "/studio/account"
    page = browser.get("/studio/account").content.decode()
    assert "Where you are signed in" in page


def test_the_account_page_sets_up_and_removes_the_factor(house: House) -> None:
    browser = Client()
    browser.post("/studio/login/", {"username": house.owner.email, "password": PASSWORD})
    setup = browser.get("/studio/account").context
    secret = setup["secret"].replace(" ", "")
    token = setup["enrol_form"].initial["setup_token"]
    body = {"do": "enrol", "setup_token": token, "code": code_of(secret)}
    page = browser.post("/studio/account", body)
    codes = page.context["codes"]
    assert all(code in page.content.decode() for code in codes)
    remove = {"do": "remove", "password": PASSWORD, "code": codes[0]}
    assert browser.post("/studio/account", remove)["Location"] == "/studio/account"
    assert not second_factor.is_enrolled(house.owner.pk)
    assert signed_in(house.owner.email)
