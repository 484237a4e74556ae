"""In the Studio, whoever has to prove anew who they are is led there and back."""

from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from accounts.models import ApiKey, IdentityProvider, Organization, User
from tests.accounts.people import code_of, enrol
from tests.cast import PASSWORD, House

KEYS = "/studio/accounts/apikey/"
CONFIRM = "/studio/account/confirm"
HOST = "http://testserver"
AGAIN = "Now do what you were about to do once more."


@pytest.fixture
def owner(house: House) -> Client:
    """A browser whose session has shown nothing yet, where everybody has to confirm."""
    with house.inside():
        Organization.objects.update(step_up="always")
    return house.browser()


def asked(location: str) -> str:
    """Return where a confirmation leads back to."""
    parts = urlsplit(location)
    assert parts.path == CONFIRM
    return parse_qs(parts.query)["next"][0]


def test_a_form_leads_to_the_confirmation_and_back(house: House, owner: Client) -> None:
    page, body = f"{KEYS}add/", {"name": "ci", "scopes": ["agents.read"]}
    sent = owner.post(page, body, headers={"referer": HOST + page})
    assert asked(sent["Location"]) == HOST + page
    shown = owner.get(sent["Location"]).content.decode()
    assert "Enter your password." in shown
    assert "Back without confirming" in shown
    confirmed = {"password": PASSWORD, "next": asked(sent["Location"])}
    back = owner.post(CONFIRM, confirmed, follow=True)
    assert back.redirect_chain == [(HOST + page, 302)]
    assert AGAIN in back.content.decode()
    owner.post(page, body)
    with house.inside():
        assert ApiKey.objects.get().name == "ci"


def test_a_dialog_leads_out_of_itself(house: House, owner: Client) -> None:
    house.key()
    with house.inside():
        path = f"{KEYS}{ApiKey.objects.get().pk}/"
    headers = {"hx-request": "true", "hx-current-url": f"{HOST}{path}change/"}
    body = {"_form_submitted": "on", "overlap": "24"}
    answer = owner.post(f"{path}rotate/", body, headers=headers)
    assert asked(answer["HX-Redirect"]) == f"{HOST}{path}change/"


def test_deleting_and_granting_lead_there_too_and_change_nothing(
    house: House, owner: Client
) -> None:
    with house.inside():
        row = IdentityProvider.objects.create(name="Ours", issuer="https://id.example")
    path = f"/studio/accounts/identityprovider/{row.pk}/delete/"
    sent = owner.post(path, {"post": "yes"}, headers={"referer": HOST + path})
    assert asked(sent["Location"]) == HOST + path
    with house.inside():
        assert IdentityProvider.objects.exists()


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", ""]
)
def test_it_leads_back_to_pages_of_ours_only(owner: Client, elsewhere: str) -> None:
    body = {"name": "ci", "scopes": ["agents.read"]}
    sent = owner.post(f"{KEYS}add/", body, headers={"referer": elsewhere})
    assert asked(sent["Location"]) == "/studio/"
    shown = owner.get(CONFIRM, {"next": elsewhere}).content.decode()
    assert "evil.example" not in shown
    assert "javascript:" not in shown
    back = owner.post(CONFIRM, {"password": PASSWORD, "next": elsewhere})
    assert back["Location"] == "/studio/"


def test_people_with_a_second_factor_prove_it_by_a_code(house: House) -> None:
    secret, _ = enrol(house.owner)
    owner = house.browser()
    assert "code of your authenticator" in owner.get(CONFIRM).content.decode()
    wrong = owner.post(CONFIRM, {"code": "000000", "next": KEYS})
    assert "That code does not fit" in wrong.content.decode()
    assert owner.post(CONFIRM, {"code": code_of(secret), "next": KEYS})["Location"] == KEYS


def test_who_has_nothing_to_prove_by_is_sent_to_single_sign_on(house: House, owner: Client) -> None:
    User.objects.get(pk=house.owner.pk).set_unusable_password()
    person = User.objects.get(pk=house.owner.pk)
    person.set_unusable_password()
    person.save()
    owner.force_login(person)
    shown = owner.get(CONFIRM, {"next": KEYS}).content.decode()
    assert f"/studio/sso?next={KEYS}" in shown
    assert 'name="password"' not in shown
    refused = owner.post(CONFIRM, {"password": PASSWORD})
    assert "Sign in anew by single sign-on" in refused.content.decode()
