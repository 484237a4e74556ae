"""What somebody tries who has stolen a session, guessed an address, or was sent away."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.actions.note_device import SUBJECT
from accounts.api.gate import LoginView
from accounts.models import Invitation, KnownDevice, Membership, RefreshToken, SignInCounter
from accounts.signin import counters, devices, second_factor
from accounts.signin.facts import KEY
from accounts.signin.gate import password_gate
from accounts.signin.sessions import SessionStore
from armproject.lib.afterwards import answering
from tests.accounts.people import code_of, error, last_link, login, post_out, session, signed_in
from tests.cast import PASSWORD, Api, House

PHRASE = "correct horse battery 77"


def offer(api: Api) -> tuple[str, dict[str, str]]:
    """Return a fresh secret and the body that enrols it."""
    drawn = api.post("/auth/mfa/setup").json()["data"]
    secret = drawn["secret"]
    return secret, {"setup_token": drawn["setup_token"], "code": code_of(secret)}


def test_a_stolen_session_puts_no_second_factor_in_place_of_another(house: House) -> None:
    api = session(house.owner.email)
    secret, enrolling = offer(api)
    assert api.post("/auth/mfa/confirm", enrolling).status_code == 200
    _, replacing = offer(api)
    assert api.post("/auth/mfa/confirm", replacing).status_code == 409
    assert second_factor.use(house.owner, code_of(secret, ahead=1)) == "totp"


def test_a_stolen_access_token_begins_no_second_line_of_refresh_tokens(house: House) -> None:
    first = signed_in(house.owner.email)
    wanted = {"organization": str(house.organization.pk)}
    stolen = Api(first["access_token"]).post("/auth/switch", wanted).json()["data"]
    RefreshToken.objects.exclude(used_at=None).update(used_at=timezone.now() - timedelta(minutes=1))
    owners = Api().post("/auth/refresh", {"refresh_token": first["refresh_token"]})
    assert owners.status_code == 401
    thiefs = Api().post("/auth/refresh", {"refresh_token": stolen["refresh_token"]})
    assert thiefs.status_code == 401


def invited(house: House, by: str, role: str) -> str:
    """Let somebody invite a friend, and return the link's token."""
    asked = {"email": "friend@elsewhere.example", "role": role}
    assert session(getattr(house, by).email).post("/invitations", asked).status_code == 201
    post_out(house)
    return last_link("join")


def accept(token: str) -> int:
    body = {"token": token, "password": PHRASE, "name": "Friend"}
    status: int = Api().post("/auth/invitations/accept", body).status_code
    return status


@pytest.mark.parametrize("what", ["demoted", "suspended", "removed"])
def test_an_invitation_ends_with_the_rights_of_who_sent_it(house: House, what: str) -> None:
    token = invited(house, "admin", "admin")
    with house.inside():
        member = Membership.objects.get(user=house.admin)
        if what == "demoted":
            Membership.objects.filter(pk=member.pk).update(role="viewer")
    if what == "suspended":
        house.admin.is_active = False
        house.admin.save()
    if what == "removed":
        assert house.api().delete(f"/members/{member.pk}").status_code == 204
        with house.inside():
            assert Invitation.objects.get().revoked_at is not None
    assert accept(token) == 400


def test_who_sends_an_invitation_again_stands_behind_it(house: House) -> None:
    former = invited(house, "admin", "admin")
    with house.inside():
        invitation = Invitation.objects.get()
        Membership.objects.filter(user=house.admin).update(role="viewer")
    again = session(house.owner.email).post(f"/invitations/{invitation.pk}/resend")
    assert again.status_code == 200
    post_out(house)
    assert accept(former) == 400
    assert accept(last_link("join")) == 200


def test_a_stale_session_invites_nobody(house: House) -> None:
    api = session(house.owner.email)
    secret, enrolling = offer(api)
    assert api.post("/auth/mfa/confirm", enrolling).status_code == 200
    grow_stale()
    refused = api.post("/invitations", {"email": "thief@elsewhere.example", "role": "owner"})
    assert error(refused) == "STEP_UP_REQUIRED"
    assert api.post("/auth/confirm", {"code": code_of(secret, ahead=1)}).status_code == 204
    asked = api.post("/invitations", {"email": "new@elsewhere.example", "role": "viewer"})
    assert asked.status_code == 201


def grow_stale() -> None:
    """Let an hour pass for every session."""
    for row in SessionStore.get_model_class().objects.all():
        kept = SessionStore(row.session_key)
        kept[KEY] = {**kept[KEY], "at": kept[KEY]["at"] - 3_600}
        kept.save()


def test_a_wrong_password_asks_the_database_the_same_of_everybody(house: House) -> None:
    """What is only done for people who exist is done once the answer is out."""
    for _ in range(2):
        assert statements(house.owner.email) == statements("nobody@acme.example") > 0
    for _ in range(10):
        login(house.owner.email, "wrong")
        login("nobody@acme.example", "wrong")
    assert login(house.owner.email, "wrong").status_code == 429
    assert statements(house.owner.email) == statements("nobody@acme.example") > 0


def statements(email: str) -> int:
    """Return how many statements run before the answer to a wrong password is there."""
    request = RequestFactory().post(
        "/api/v1/auth/login",
        {"email": email, "password": "wrong"},
        content_type="application/json",
    )
    with CaptureQueriesContext(connection) as asked:
        answering(lambda: LoginView.as_view()(request).render())
    return len(asked)


def test_a_whole_company_may_come_to_work_behind_one_address(house: House) -> None:
    signed_in(house.owner.email)
    login("nobody@acme.example", "wrong")
    counts = SignInCounter.objects.values_list("count", flat=True)
    assert list(counts) == [1, 1, 1]  # of nobody's account, their company and this address


def test_who_is_turned_away_unjudged_has_not_guessed(house: House) -> None:
    with crowded():
        assert login(house.owner.email).status_code == 429
    key = counters._key(counters.account(house.owner.email))
    assert SignInCounter.objects.get(key=key).count == 0


def test_password_work_never_takes_every_thread_of_a_process() -> None:
    with crowded() as inside:
        assert 0 < inside < 8


@contextmanager
def crowded() -> Iterator[int]:
    """Fill the room in front of password work, and say how many are in it."""
    inside = 0
    while password_gate._room.acquire(blocking=False):
        inside += 1
    try:
        yield inside
    finally:
        for _ in range(inside):
            password_gate._room.release()


FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Safari/604.1"


def enter(browser: Client, email: str, program: str) -> Any:
    body = {"username": email, "password": PASSWORD}
    return browser.post("/studio/login/", body, headers={"User-Agent": program})


def told(house: House) -> list[str]:
    """Return the mails about new devices."""
    post_out(house)
    return [str(letter.body) for letter in mail.outbox if letter.subject == SUBJECT]


def test_a_sign_in_from_a_new_device_is_told_by_mail_once(house: House) -> None:
    email = house.owner.email
    office = Client()
    enter(office, email, FIREFOX)
    assert told(house) == []
    enter(Client(), email, SAFARI)
    letters = told(house)
    assert len(letters) == 1
    for word in ("Safari on an iPhone", "127.0.0.1", "UTC", "set a new password"):
        assert word in letters[0]
    enter(Client(), email, SAFARI)
    enter(Client(), email, FIREFOX)
    assert len(told(house)) == 1


def test_a_device_that_carries_its_mark_is_known_wherever_it_goes(house: House) -> None:
    laptop = Client()
    enter(laptop, house.owner.email, FIREFOX)
    laptop.post("/studio/logout/")
    enter(laptop, house.owner.email, FIREFOX.replace("140", "141"))
    mark = signed_in(house.owner.email, device_token=devices.mark_for(house.owner))
    assert mark
    assert told(house) == []
    stranger = devices.mark_for(house.viewer)
    signed_in(house.owner.email, device_token=stranger)
    assert len(told(house)) == 1


def test_what_a_program_calls_itself_stands_in_no_letter(house: House) -> None:
    enter(Client(), house.owner.email, FIREFOX)
    enter(Client(), house.owner.email, "Locked! Call +1 555 0100 <b>now</b>")
    (letter,) = told(house)
    assert "555" not in letter
    assert "a program" in letter


def test_known_devices_name_nothing_and_go_with_the_person(house: House) -> None:
    enter(Client(), house.viewer.email, FIREFOX)
    (row,) = KnownDevice.objects.filter(user=house.viewer)
    assert len(row.digest) == 64
    body = {"email": house.viewer.email, "confirmed": house.viewer.email}
    assert house.api().post("/erasures", body).status_code in (200, 201)
    assert not KnownDevice.objects.filter(user=house.viewer).exists()


def test_of_somebody_erased_not_even_the_invitation_stays_in_the_log(house: House) -> None:
    token = invited(house, "admin", "viewer")
    assert accept(token) == 200
    address = "friend@elsewhere.example"
    body = {"email": address, "confirmed": address}
    assert house.api().post("/erasures", body).status_code == 201
    with house.inside(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM governance_auditevent e WHERE e::text LIKE %s", [f"%{address}%"]
        )
        assert cursor.fetchone() == (0,)
        cursor.execute("SELECT count(*) FROM governance_auditevent WHERE action = 'members.invite'")
        assert cursor.fetchone() == (1,)


@pytest.mark.parametrize("path", ["/api/v1/auth/me", "/api/v1/members", "/studio/login/"])
def test_what_is_somebodys_own_is_kept_by_no_cache(house: House, path: str) -> None:
    assert "no-store" in house.browser().get(path)["Cache-Control"]
