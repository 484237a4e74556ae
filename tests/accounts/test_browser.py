"""What browsers are told: cookies that stay here, and that go when the person goes."""

import json
import subprocess
import sys
from http.cookies import Morsel

from django.conf import settings
from django.test import Client, override_settings

from accounts.signin import devices
from tests.cast import PASSWORD, House

HTTPS = {
    "SESSION_COOKIE_NAME": "__Host-arm-session",
    "SESSION_COOKIE_SECURE": True,
    "CSRF_COOKIE_NAME": "__Host-arm-csrf",
    "CSRF_COOKIE_SECURE": True,
}


def entered(house: House) -> Client:
    browser = Client()
    form = {"username": house.owner.email, "password": PASSWORD}
    answer = browser.post("/studio/login/", form, secure=True)
    assert answer["Location"] == "/studio/"
    return browser


def told(cookie: Morsel[str]) -> dict[str, object]:
    return {name: cookie[name] for name in ("path", "domain", "secure", "httponly", "samesite")}


def test_with_https_cookies_are_bound_to_the_host() -> None:
    script = (
        "import json; from armproject import settings as s; print(json.dumps({n: getattr(s, n)"
        " for n in ('SESSION_COOKIE_NAME', 'SESSION_COOKIE_SECURE', 'SESSION_COOKIE_HTTPONLY',"
        " 'CSRF_COOKIE_NAME', 'CSRF_COOKIE_SECURE', 'SECURE_HSTS_SECONDS')}))"
    )
    out = subprocess.run(
        [sys.executable, "-c", script],
        cwd=settings.BASE_DIR,
        env={"ARM_BASE_URL": "https://arm.example", "ARM_DATA_DIR": str(settings.DATA_DIR)},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert json.loads(out) == {**HTTPS, "SESSION_COOKIE_HTTPONLY": True} | {
        "SECURE_HSTS_SECONDS": 31_536_000
    }


def test_the_sessions_cookie_is_deleted_as_it_was_set(house: House) -> None:
    with override_settings(**HTTPS):
        browser = entered(house)
        name = HTTPS["SESSION_COOKIE_NAME"]
        key, was = browser.cookies[name].value, told(browser.cookies[name])
        assert was == {
            "path": "/",
            "domain": "",
            "secure": True,
            "httponly": True,
            "samesite": "Lax",
        }
        out = browser.post("/studio/logout/", secure=True)
        gone = out.cookies[name]
        assert (gone.value, gone["max-age"]) == ("", 0)
        kept = {attribute: was[attribute] for attribute in ("path", "domain", "secure", "samesite")}
        assert {attribute: gone[attribute] for attribute in kept} == kept
        browser.cookies[name] = key
        assert browser.get("/studio/", secure=True).status_code == 302


def test_signing_in_changes_the_key_of_the_session(house: House) -> None:
    browser = Client()
    browser.get("/studio/sso/nothing")  # leaves a message, and with it a session
    session = browser.session
    session["planted"] = True
    session.save()
    before = session.session_key
    browser.post("/studio/login/", {"username": house.owner.email, "password": PASSWORD})
    assert browser.session.session_key != before


def test_the_mark_of_a_device_is_out_of_reach_for_scripts(house: House) -> None:
    mark = entered(house).cookies[devices.COOKIE]
    assert (mark["httponly"], mark["samesite"]) == (True, "Lax")


def test_the_gate_is_never_kept_by_caches_nor_framed(house: House) -> None:
    answer = Client().get("/studio/login/")
    assert "no-store" in answer["Cache-Control"]
    assert answer["X-Frame-Options"] == "DENY"


def test_the_gates_forms_are_posted_from_our_own_pages_only(house: House) -> None:
    browser = Client(enforce_csrf_checks=True)
    form = {"username": house.owner.email, "password": PASSWORD}
    assert browser.post("/studio/login/", form).status_code == 403
