"""Registration, new passwords, invitations: what comes by mail works once, reveals nothing."""

from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts.models import Invitation, Letter, Membership, User
from jobs.models import Job
from tests.accounts.people import error, last_link, login, post_out, session, signed_in
from tests.cast import PASSWORD, Api, House

NEW = "an entirely new phrase"


def ask(email: str) -> tuple[int, bytes]:
    answer = Api().post("/auth/password/reset", {"email": email})
    return answer.status_code, answer.content


def test_asking_for_a_password_answers_alike_and_writes_to_who_exists(house: House) -> None:
    User.objects.filter(pk=house.viewer.pk).update(is_active=False)
    answers = {ask(e) for e in (house.owner.email, house.viewer.email, "nobody@acme.example")}
    assert len(answers) == 1
    post_out(house)
    assert [letter.to for letter in mail.outbox] == [[house.owner.email]]


def test_no_token_stands_in_answers_jobs_or_rows(house: House) -> None:
    _, content = ask(house.owner.email)
    post_out(house)
    token = last_link("new-password")
    assert token.encode() not in content
    with house.inside():
        assert all(token not in str(job.args) for job in Job.objects.all())
    assert all(token not in str(letter.facts) for letter in Letter.objects.all())


def test_a_reset_link_works_once_and_ends_every_session(house: House) -> None:
    api = session(house.owner.email)
    ask(house.owner.email)
    post_out(house)
    body = {"token": last_link("new-password"), "password": NEW}
    weak = Api().post("/auth/password/reset/confirm", {**body, "password": "short"})
    assert weak.status_code == 400
    done = Api().post("/auth/password/reset/confirm", body)
    assert (done.status_code, "access_token" in done.json()["data"]) == (200, False)
    assert api.get("/members").status_code == 401
    assert login(house.owner.email).status_code == 401
    assert login(house.owner.email, NEW).status_code == 200
    assert error(Api().post("/auth/password/reset/confirm", body)) == "INVALID_LINK"


def test_a_reset_link_dies_with_the_password_it_replaces(house: House) -> None:
    ask(house.owner.email)
    post_out(house)
    body = {"token": last_link("new-password"), "password": NEW}
    house.owner.set_password("changed in the meantime")
    house.owner.save()
    assert error(Api().post("/auth/password/reset/confirm", body)) == "INVALID_LINK"


def test_a_reset_link_grows_old_and_is_for_nothing_else(house: House) -> None:
    ask(house.owner.email)
    post_out(house)
    token = last_link("new-password")
    other = Api().post("/auth/register/confirm", {"token": token, "password": NEW})
    assert error(other) == "INVALID_LINK"
    Letter.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    late = Api().post("/auth/password/reset/confirm", {"token": token, "password": NEW})
    assert error(late) == "INVALID_LINK"


def test_a_registration_exists_once_its_mail_and_its_password_meet(house: House) -> None:
    body = {"email": "New@Elsewhere.example", "password": NEW, "name": "New"}
    assert Api().post("/auth/register", body).status_code == 202
    assert not User.objects.filter(email="new@elsewhere.example").exists()
    post_out(house)
    token = last_link("confirm-account")
    wrong = {"token": token, "password": "what somebody else chose"}
    assert Api().post("/auth/register/confirm", wrong).status_code == 401
    right = {"token": token, "password": NEW}
    assert Api().post("/auth/register/confirm", right).status_code == 200
    assert error(Api().post("/auth/register/confirm", right)) == "INVALID_LINK"
    api = Api(signed_in("new@elsewhere.example", NEW)["access_token"])
    assert api.get("/auth/me").json()["data"]["organization"] is None
    assert api.get("/members").status_code == 403


def test_registering_a_known_address_answers_alike_and_changes_nothing(house: House) -> None:
    def register(email: str) -> tuple[int, bytes]:
        answer = Api().post("/auth/register", {"email": email, "password": NEW})
        return answer.status_code, answer.content

    assert register(house.owner.email) == register("new@acme.example")
    post_out(house)
    known = next(letter for letter in mail.outbox if letter.to == [house.owner.email])
    assert "already have an account" in known.subject
    assert login(house.owner.email).status_code == 200


def test_an_address_is_not_flooded(house: House) -> None:
    statuses = [ask("nobody@acme.example")[0] for _ in range(6)]
    assert statuses == [202] * 5 + [429]


def invite(house: House, email: str, role: str = "viewer", by: str = "admin") -> Api:
    answer = house.api(by).post("/invitations", {"email": email, "role": role})
    assert answer.status_code == 201, answer.content
    post_out(house)
    return answer.json()["data"]


def test_an_invited_stranger_makes_an_account_and_joins(house: House) -> None:
    invite(house, "Guest@Elsewhere.example")
    body = {"token": last_link("join"), "name": "Guest"}
    assert Api().post("/auth/invitations/accept", body).status_code == 400
    joined = Api().post("/auth/invitations/accept", {**body, "password": NEW})
    assert joined.json()["data"]["role"] == "viewer"
    api = Api(signed_in("guest@elsewhere.example", NEW)["access_token"])
    assert api.get("/organizations").json()["data"][0]["slug"] == "acme"
    again = Api().post("/auth/invitations/accept", {**body, "password": NEW})
    assert error(again) == "INVALID_LINK"


def test_an_invited_person_with_an_account_keeps_it(house: House, neighbours: House) -> None:
    invite(house, neighbours.viewer.email, "member")
    body = {"token": last_link("join"), "password": "something of the thief"}
    assert Api().post("/auth/invitations/accept", body).status_code == 200
    api = session(neighbours.viewer.email)
    assert len(api.get("/auth/me").json()["data"]["organizations"]) == 2


def test_inviting_tells_nothing_about_accounts(house: House, neighbours: House) -> None:
    answers = [
        house.api().post("/invitations", {"email": email, "role": "viewer"})
        for email in (neighbours.owner.email, "nobody@nowhere.example")
    ]
    shapes = [(a.status_code, sorted(a.json()["data"])) for a in answers]
    assert shapes[0] == shapes[1]


def test_a_link_ends_when_it_is_sent_anew_revoked_or_old(house: House) -> None:
    row = invite(house, "guest@elsewhere.example")
    first, api = last_link("join"), house.api("admin")
    body = {"password": NEW, "name": "Guest"}

    def accept(token: str) -> str:
        return error(Api().post("/auth/invitations/accept", {**body, "token": token}))

    assert api.post(f"/invitations/{row['id']}/resend").status_code == 200
    post_out(house)
    second = last_link("join")
    assert accept(first) == "INVALID_LINK"
    with house.inside():
        Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert accept(second) == "INVALID_LINK"
    with house.inside():
        Invitation.objects.update(expires_at=timezone.now() + timedelta(days=1))
    assert api.post(f"/invitations/{row['id']}/revoke").status_code == 200
    assert accept(second) == "INVALID_LINK"
    assert api.post(f"/invitations/{row['id']}/revoke").status_code == 409
    assert not User.objects.filter(email="guest@elsewhere.example").exists()


def test_an_address_is_invited_once(house: House) -> None:
    invite(house, "guest@elsewhere.example")
    twice = house.api().post("/invitations", {"email": "GUEST@elsewhere.example", "role": "viewer"})
    assert twice.status_code == 409


def own_role(house: House, *permissions: str) -> str:
    made = house.api().post("/roles", {"name": "Watcher", "permissions": list(permissions)})
    return str(made.json()["data"]["id"])


def test_somebody_is_invited_to_a_role_of_the_organizations_own(house: House) -> None:
    role, api = own_role(house, "agents.read"), house.api("admin")
    body = {"email": "guest@elsewhere.example", "custom_role": role}
    told = api.post("/invitations", body).json()["data"]
    assert (told["role"], told["custom_role"]) == ("", role)
    assert api.delete(f"/roles/{role}").status_code == 409
    post_out(house)
    assert "as watcher" in str(mail.outbox[-1].body)
    accept = {"token": last_link("join"), "name": "Guest", "password": NEW}
    joined = Api().post("/auth/invitations/accept", accept).json()["data"]
    assert (joined["role"], joined["custom_role"]) == ("", role)
    guest = Api(signed_in("guest@elsewhere.example", NEW)["access_token"])
    assert guest.get("/agents").status_code == 200
    assert guest.get("/connections").status_code == 403


def test_nobody_invites_to_a_role_above_their_own_or_of_others(
    house: House, neighbours: House
) -> None:
    strong, theirs = own_role(house, "organization.write"), own_role(neighbours, "agents.read")
    body = {"email": "guest@elsewhere.example"}
    assert (
        house.api("admin").post("/invitations", {**body, "custom_role": strong}).status_code == 403
    )
    assert house.api().post("/invitations", {**body, "custom_role": theirs}).status_code == 400
    both = {**body, "custom_role": strong, "role": "viewer"}
    assert house.api().post("/invitations", both).status_code == 400
    row = house.api().post("/invitations", {**body, "custom_role": strong}).json()["data"]
    for verb in ("resend", "revoke"):
        assert house.api("admin").post(f"/invitations/{row['id']}/{verb}").status_code == 403


def test_a_closed_invitation_outlives_its_role(house: House) -> None:
    role, api = own_role(house, "agents.read"), house.api()
    row = api.post("/invitations", {"email": "guest@elsewhere.example", "custom_role": role})
    path = f"/invitations/{row.json()['data']['id']}"
    assert api.post(f"{path}/revoke").status_code == 200
    assert api.delete(f"/roles/{role}").status_code == 204
    told = api.get(path).json()["data"]
    assert (told["role"], told["custom_role"]) == ("", None)
    page = house.browser().get(f"/studio/accounts{path.replace('ions/', 'ion/')}/change/")
    assert "a role that is no more" in page.content.decode()


def test_the_studio_invites_to_an_own_role_and_takes_it_back(house: House) -> None:
    role, owner = own_role(house, "agents.read"), house.browser()
    body = {"email": "guest@elsewhere.example", "given": role}
    listed = owner.post("/studio/accounts/invitation/add/", body, follow=True).content.decode()
    assert "Watcher" in listed
    found = owner.get("/studio/accounts/invitation/", {"role": role})
    assert found.context["cl"].result_count == 1
    assert (
        owner.get("/studio/accounts/invitation/", {"role": "viewer"}).context["cl"].result_count
        == 0
    )
    with house.inside():
        row = Invitation.objects.get()
    page = f"/studio/accounts/invitation/{row.pk}/change/"
    assert "Send again" in owner.get(page).content.decode()
    assert "Send again" not in house.browser("viewer").get(page).content.decode()
    delete = f"/studio/accounts/customrole/{role}/delete/"
    refused = owner.post(delete, {"post": "yes"}, follow=True)
    assert refused.redirect_chain == [("../change/", 302)]
    assert "revoke that invitation first" in refused.content.decode()
    members = owner.get("/studio/accounts/membership/add/")
    assert members["Location"] == "/studio/accounts/invitation/add/"


@pytest.mark.parametrize("role", ["viewer", "auditor", "member", "developer"])
def test_who_manages_no_members_invites_nobody(house: House, role: str) -> None:
    body = {"email": "guest@elsewhere.example", "role": "viewer"}
    assert house.api(role).post("/invitations", body).status_code == 403


def test_strangers_do_not_see_or_touch_invitations(house: House, neighbours: House) -> None:
    row = invite(house, "guest@elsewhere.example")
    api = neighbours.api()
    assert api.get("/invitations").json()["data"] == []
    assert api.post(f"/invitations/{row['id']}/revoke").status_code == 404
    assert api.post(f"/invitations/{row['id']}/resend").status_code == 404


def test_the_studio_leads_through_the_links(house: House) -> None:
    invite(house, "guest@elsewhere.example")
    token, browser = last_link("join"), Client()
    page = browser.get(f"/studio/join?token={token}").content.decode()
    assert "Join Acme" in page
    done = browser.post("/studio/join", {"token": token, "name": "Guest", "password": NEW})
    assert done["Location"] == "/studio/login/"
    browser.post("/studio/forgot", {"email": "guest@elsewhere.example"})
    post_out(house)
    fresh = "one more pass phrase"
    body = {"token": last_link("new-password"), "password": fresh}
    assert browser.post("/studio/new-password", body)["Location"] == "/studio/login/"
    entered = browser.post(
        "/studio/login/", {"username": "guest@elsewhere.example", "password": fresh}
    )
    assert entered["Location"] == "/studio/"
    with house.inside():
        assert Membership.objects.get(user__email="guest@elsewhere.example").role == "viewer"
    assert PASSWORD not in page
