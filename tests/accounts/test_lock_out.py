"""Nobody shuts the door behind everybody: single sign-on is required only where it leads in."""

import pytest

from accounts.models import IdentityProvider, Organization
from tests.cast import Api, House


def provider(house: House, domains: list[str]) -> IdentityProvider:
    with house.inside():
        row: IdentityProvider = IdentityProvider.objects.create(
            name="Ours", issuer="https://id.example", client_id="x", domains=domains
        )
    return row


def require_sso(house: House) -> Api:
    path = f"/organizations/{house.organization.pk}"
    answer: Api = house.api().patch(path, {"requires_sso": True})
    return answer


def test_single_sign_on_is_required_only_with_a_provider_that_leads_in(house: House) -> None:
    assert require_sso(house).status_code == 409
    row = provider(house, [])
    assert require_sso(house).status_code == 409
    with house.inside():
        IdentityProvider.objects.filter(pk=row.pk).update(domains=["acme.example"])
    assert require_sso(house).status_code == 200
    with house.inside():
        assert Organization.objects.current().get().requires_sso


def test_the_last_provider_stays_while_single_sign_on_is_required(house: House) -> None:
    row = provider(house, ["acme.example"])
    require_sso(house)
    path = f"/identity-providers/{row.pk}"
    for refused in (house.api().delete(path), house.api().patch(path, {"is_active": False})):
        assert refused.status_code == 409
        assert "in Settings" in refused.json()["error"]["message"]
    with house.inside():
        assert IdentityProvider.objects.get().is_active
    organization = f"/organizations/{house.organization.pk}"
    assert house.api().patch(organization, {"requires_sso": False}).status_code == 200
    assert house.api().delete(path).status_code == 204


@pytest.mark.parametrize("role", ["admin", "viewer"])
def test_only_owners_change_the_door(house: House, role: str) -> None:
    path = f"/organizations/{house.organization.pk}"
    assert house.api(role).patch(path, {"requires_sso": True}).status_code == 403
