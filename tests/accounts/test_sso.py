"""Single sign-on with a real OpenID provider on loopback, and what organizations ask for."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from oidc_provider_mock import run_server_in_thread

from accounts.actions.save_identity_provider import save_identity_provider
from accounts.models import IdentityProvider, Membership, Organization, User
from accounts.roles import rights_of
from accounts.signin import devices
from armproject.lib.http.destination import Reach
from armproject.lib.http.requests_session import GuardedSession
from armproject.lib.secret import Secret
from tests.accounts.people import code_of, enrol, error, last_link, login, post_out, session
from tests.cast import PASSWORD, Api, House


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    """A stock OpenID provider that lets everybody be whoever they say."""
    with run_server_in_thread(require_nonce=True) as server:
        yield f"http://localhost:{server.server_port}"


@pytest.fixture
def provider(house: House, issuer: str) -> IdentityProvider:
    house.open_hosts(issuer.removeprefix("http://"))
    house.owner.is_operator = True
    house.owner.save(update_fields=["is_operator"])
    with house.inside():
        return save_identity_provider(
            IdentityProvider(),
            name="Acme login",
            issuer=issuer,
            client_id="arm",
            client_secret=Secret("not-much-of-a-secret"),
            domains=["acme.example"],
            default_role="viewer",
        )


def go(browser: Client, slug: str, subject: str) -> Any:
    """Go to the provider, sign in there, and come back."""
    begun = browser.get(f"/studio/sso/{slug}")
    if begun["Location"] == "/studio/login/":
        return begun
    return browser.get(back(browser, slug, subject))


def back(browser: Client, slug: str, subject: str) -> str:
    begun = browser.get(f"/studio/sso/{slug}")
    where = parse_qs(urlsplit(begun["Location"]).query)
    assert where["code_challenge_method"] == ["S256"]
    assert where["nonce"]
    assert where["state"]
    answer = requests.post(
        begun["Location"], data={"sub": subject}, allow_redirects=False, timeout=20
    )
    address = urlsplit(answer.headers["Location"])
    return f"{address.path}?{address.query}"


def test_a_stock_provider_signs_a_newcomer_in(house: House, provider: IdentityProvider) -> None:
    browser = Client()
    page = browser.post("/studio/sso", {"email": "new@acme.example"}).content.decode()
    assert f"/studio/sso/{provider.slug}" in page
    arrived = go(browser, provider.slug, "new@acme.example")
    assert arrived["Location"] == "/studio/"
    assert browser.get("/studio/").status_code == 200
    with house.inside():
        assert Membership.objects.get(user__email="new@acme.example").role == "viewer"
    assert not User.objects.get(email="new@acme.example").has_usable_password()


def test_an_answer_is_bound_to_the_browser_that_asked(
    house: House, provider: IdentityProvider
) -> None:
    browser, thief = Client(), Client()
    answer = back(browser, provider.slug, "new@acme.example")
    assert thief.get(answer)["Location"] == "/studio/login/"
    assert browser.get(answer)["Location"] == "/studio/"
    again = Client()
    again.get(f"/studio/sso/{provider.slug}")
    assert again.get(answer)["Location"] == "/studio/login/"
    assert "_auth_user_id" not in thief.session
    assert "_auth_user_id" not in again.session


def test_a_provider_speaks_for_its_own_domains_only(
    house: House, neighbours: House, provider: IdentityProvider
) -> None:
    browser = Client()
    assert go(browser, provider.slug, neighbours.owner.email)["Location"] == "/studio/login/"
    assert "_auth_user_id" not in browser.session


def test_an_organizations_provider_opens_that_organization_alone(
    house: House, neighbours: House, provider: IdentityProvider
) -> None:
    with neighbours.inside():
        Membership.objects.create(user=house.owner, role="owner")
    browser = Client()
    go(browser, provider.slug, house.owner.email)
    me = browser.get("/api/v1/auth/me").json()["data"]
    assert [place["slug"] for place in me["organizations"]] == ["acme"]
    body = '{"name": "somebody else"}'
    changed = browser.patch("/api/v1/auth/me", body, content_type="application/json")
    assert changed.status_code == 403
    assert browser.post("/api/v1/auth/mfa/setup").status_code == 403
    assert browser.get("/studio/account").status_code == 403


def test_a_suspended_person_is_not_let_in(house: House, provider: IdentityProvider) -> None:
    User.objects.filter(pk=house.viewer.pk).update(is_active=False)
    browser = Client()
    assert go(browser, provider.slug, house.viewer.email)["Location"] == "/studio/login/"


def test_providers_lead_nowhere_inside_the_network(house: House, issuer: str) -> None:
    for address in (issuer, "http://127.0.0.1:1/x", "http://169.254.169.254/latest"):
        with pytest.raises(requests.ConnectionError) as refused:
            GuardedSession(Reach()).get(address)
        assert "169.254" not in str(refused.value)
    body = {"name": "x", "issuer": issuer, "client_id": "x", "client_secret": "y"}
    answer = house.api().post("/identity-providers", body)
    assert list(answer.json()["error"]["details"]["fields"]) == ["issuer"]


def test_only_an_operator_claims_domains_and_secrets_are_never_shown(house: House) -> None:
    api = house.api()
    body = {
        "name": "Acme login",
        "issuer": "https://login.acme.example",
        "client_id": "arm",
        "client_secret": "a-secret-nobody-sees",
    }
    claimed = api.post("/identity-providers", {**body, "domains": ["acme.example"]})
    assert claimed.status_code == 403
    made = api.post("/identity-providers", body)
    assert made.status_code == 201
    assert b"nobody-sees" not in made.content + api.get("/identity-providers").content
    path = f"/identity-providers/{made.json()['data']['id']}"
    assert api.patch(path, {"name": "Login"}).json()["data"]["name"] == "Login"
    assert house.api("admin").get("/identity-providers").status_code == 403
    assert api.delete(path).status_code == 204


def ask_for(house: House, **rules: Any) -> None:
    if rules:
        with house.inside():
            Organization.objects.filter(pk=house.organization.pk).update(**rules)


FRESH = "one more pass phrase"


def by_password(email: str, password: str = PASSWORD) -> Any:
    """Return what a call answers after a sign-in by password, or what the sign-in answered."""
    answer = login(email, password)
    if answer.status_code != 200:
        return answer
    return Api(answer.json()["data"]["access_token"]).get("/members")


def ways_in(
    house: House, provider: IdentityProvider, rules: dict[str, Any]
) -> dict[str, tuple[int, str]]:
    """Return what every path that ends in a session leads to once the rules hold."""
    Api().post("/auth/password/reset", {"email": house.member.email})
    house.api().post("/invitations", {"email": "guest@elsewhere.example", "role": "developer"})
    post_out(house)
    reset, join = last_link("new-password"), last_link("join")
    before = login(house.developer.email).json()["data"]
    ask_for(house, **rules)

    renewed = Api().post("/auth/refresh", {"refresh_token": before["refresh_token"]}).json()["data"]
    studio, by_provider = Client(), Client()
    studio.post("/studio/login/", {"username": house.developer.email, "password": PASSWORD})
    Api().post("/auth/password/reset/confirm", {"token": reset, "password": FRESH})
    Api().post("/auth/invitations/accept", {"token": join, "password": FRESH, "name": "Guest"})
    go(by_provider, provider.slug, house.admin.email)
    answers = {
        "a token from before": Api(before["access_token"]).get("/members"),
        "login": by_password(house.developer.email),
        "refresh": Api(renewed["access_token"]).get("/members"),
        "studio": studio.get("/api/v1/members"),
        "reset": by_password(house.member.email, FRESH),
        "invitation": by_password("guest@elsewhere.example", FRESH),
        "provider": by_provider.get("/api/v1/members"),
    }
    return {
        name: (a.status_code, error(a) if a.status_code != 200 else "")
        for name, a in answers.items()
    }


WITHOUT_PROVIDER = {"a token from before", "login", "refresh", "studio", "reset", "invitation"}


@pytest.mark.parametrize("rules", [{}, {"requires_sso": True}, {"requires_mfa": True}])
def test_every_way_in_honours_what_the_organization_asks(
    house: House, provider: IdentityProvider, rules: dict[str, bool]
) -> None:
    opened = ways_in(house, provider, rules)
    refused = (403, "SIGN_IN_REQUIREMENT") if rules else (200, "")
    assert {name: opened[name] for name in WITHOUT_PROVIDER} == dict.fromkeys(
        WITHOUT_PROVIDER, refused
    )
    assert opened["provider"] == (200, "")


def test_no_way_leads_into_a_suspended_organization(
    house: House, provider: IdentityProvider
) -> None:
    opened = ways_in(house, provider, {"suspended_at": timezone.now()})
    assert set(opened) == WITHOUT_PROVIDER | {"provider"}
    assert {status for status, _ in opened.values()} <= {401, 403}


def test_the_studio_says_what_is_missing(house: House) -> None:
    ask_for(house, requires_mfa=True)
    browser = Client()
    browser.post("/studio/login/", {"username": house.developer.email, "password": PASSWORD})
    assert browser.get("/studio/")["Location"] == "/studio/account"
    assert "asks for a second factor" in browser.get("/studio/account").content.decode()


def test_what_is_asked_for_holds_from_the_next_call_on(house: House) -> None:
    secret, _ = enrol(house.admin)
    plain, strong = session(house.developer.email), session(house.admin.email, code=code_of(secret))
    assert plain.get("/members").status_code == 200
    ask_for(house, requires_mfa=True)
    assert error(plain.get("/members")) == "SIGN_IN_REQUIREMENT"
    assert strong.get("/members").status_code == 200
    ask_for(house, requires_sso=True)
    assert error(strong.get("/members")) == "SIGN_IN_REQUIREMENT"


def test_who_has_no_factor_yet_sets_one_up_and_is_in(house: House) -> None:
    ask_for(house, requires_mfa=True)
    api = session(house.developer.email)
    assert error(api.get("/members")) == "SIGN_IN_REQUIREMENT"
    setup = api.post("/auth/mfa/setup").json()["data"]
    body = {"setup_token": setup["setup_token"], "code": code_of(setup["secret"])}
    assert api.post("/auth/mfa/confirm", body).status_code == 200
    renewed = api.post("/auth/switch", {"organization": str(house.organization.pk)})
    assert Api(renewed.json()["data"]["access_token"]).get("/members").status_code == 200


def test_nobody_asks_for_a_password_where_only_a_provider_counts(house: House) -> None:
    from django.core import mail

    ask_for(house, requires_sso=True)
    Api().post("/auth/password/reset", {"email": house.developer.email})
    post_out(house)
    assert "single sign-on" in mail.outbox[-1].body
    assert not re.search("token=", mail.outbox[-1].body)


def test_the_fence_stands(db: None) -> None:
    call_command("check_rls")


def test_who_was_taken_out_is_not_brought_back_by_the_provider(
    house: House, provider: IdentityProvider
) -> None:
    go(Client(), provider.slug, "new@acme.example")
    with house.inside():
        member = Membership.objects.get(user__email="new@acme.example")
    assert house.api().delete(f"/members/{member.pk}").status_code == 204
    browser = Client()
    assert go(browser, provider.slug, "new@acme.example")["Location"] == "/studio/login/"
    assert "_auth_user_id" not in browser.session
    house.api().post("/invitations", {"email": "new@acme.example", "role": "viewer"})
    post_out(house)
    assert Api().post("/auth/invitations/accept", {"token": last_link("join")}).status_code == 200
    assert go(browser, provider.slug, "new@acme.example")["Location"] == "/studio/"


def test_an_address_that_folds_into_another_mailbox_is_refused(
    house: House, provider: IdentityProvider
) -> None:
    User.objects.create_user("strasse@acme.example", PASSWORD)
    browser = Client()
    assert go(browser, provider.slug, "straße@acme.example")["Location"] == "/studio/login/"
    assert "_auth_user_id" not in browser.session
    assert go(browser, provider.slug, "Strasse@Acme.example")["Location"] == "/studio/"


def test_only_an_owner_says_who_may_vouch_for_owners(
    house: House, provider: IdentityProvider
) -> None:
    readers = ["organization.read", "organization.write", *rights_of("viewer")]
    weak = house.api(scopes=sorted(set(readers)))
    path = f"/identity-providers/{provider.pk}"
    assert weak.patch(path, {"issuer": "https://login.evil.example"}).status_code == 403
    assert house.api().patch(path, {"name": "Login"}).status_code == 200


def test_a_providers_word_draws_no_mark_that_keeps_guesses_apart(
    house: House, provider: IdentityProvider
) -> None:
    browser = Client()
    go(browser, provider.slug, house.owner.email)
    mark = browser.cookies[devices.COOKIE].value
    assert devices.is_marked(mark, house.owner)
    assert not devices.known(mark, house.owner)
