"""What the Studio shows about people and the ways in, to those who change it and who only read."""

import re

import pytest

from accounts.models import IdentityProvider, Membership
from accounts.roles import MATRIX, NOUNS
from tests.cast import House

EMPTY = {
    "accounts/customrole": "No roles of your own yet",
    "accounts/invitation": "Nobody was invited yet",
    "accounts/apikey": "No API keys yet",
    "accounts/identityprovider": "People sign in here with a password",
    "governance/legalhold": "No legal holds",
    "governance/audithold": "No audit holds",
    "governance/auditverification": "Never verified",
}


@pytest.mark.parametrize(("page", "says"), EMPTY.items())
def test_an_empty_list_says_what_it_is_for(house: House, page: str, says: str) -> None:
    owner = house.browser()
    assert says in owner.get(f"/studio/{page}/").content.decode()
    searched = owner.get(f"/studio/{page}/", {"q": "zzz", "state__exact": "running"})
    assert says not in searched.content.decode()


def test_every_permission_is_about_something_with_a_name() -> None:
    assert {name.partition(".")[0] for name in MATRIX} == set(NOUNS)


def test_a_form_offers_the_permissions_of_who_fills_it_in(house: House) -> None:
    ticks = re.compile(r'type="checkbox"\s+name="(\w+)"\s+value="([\w.]+)"')
    owner = house.browser().get("/studio/accounts/apikey/add/").content.decode()
    assert {name for field, name in ticks.findall(owner) if field == "scopes"} == set(MATRIX)
    developer = house.browser("developer").get("/studio/accounts/apikey/add/").content.decode()
    offered = {name for field, name in ticks.findall(developer) if field == "scopes"}
    assert "agents.discover" in offered
    assert "agents.pause" not in offered


def test_who_only_reads_sees_a_member_and_nothing_to_change(house: House) -> None:
    with house.inside():
        member = Membership.objects.get(user=house.auditor)
    path = f"/studio/accounts/membership/{member.pk}/change/"
    owner, viewer = (house.browser(role).get(path).content.decode() for role in ("owner", "viewer"))
    for page in (owner, viewer):
        assert house.auditor.email in page
        assert "Auditor" in page
    assert "Remove from the organization" in owner
    assert "Remove from the organization" not in viewer
    assert 'name="given"' not in viewer


def test_a_providers_page_shows_the_address_the_provider_asks_for(house: House) -> None:
    with house.inside():
        row = IdentityProvider.objects.create(name="Ours", issuer="https://id.example")
        back = f"/studio/sso/{row.slug}/back"
    page = house.browser().get(f"/studio/accounts/identityprovider/{row.pk}/change/")
    assert back in page.content.decode()
