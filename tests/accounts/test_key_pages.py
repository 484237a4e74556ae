"""The Studio's pages of API keys."""

import re

from accounts.models import ApiKey
from tests.cast import Api, House

KEYS = "/studio/accounts/apikey/"
TOKEN = re.compile(r"arm_sk_live_[0-9a-f]{12}_[\w-]{49}")


def made(house: House, role: str = "developer", **fields: str) -> tuple[ApiKey, str]:
    """Issue a key by the form and return it with the token that the page shows."""
    body = {"name": "ci", "scopes": ["agents.read"], **fields}
    answer = house.browser(role).post(f"{KEYS}add/", body, follow=True)
    found = TOKEN.search(answer.content.decode())
    assert found, answer.content.decode()
    with house.inside():
        return ApiKey.objects.latest("created_at"), found[0]


def test_a_key_is_issued_with_its_networks(house: House) -> None:
    key, token = made(house, addresses="203.0.113.0/24\n2001:db8::/48")
    assert key.addresses == ["2001:db8::/48", "203.0.113.0/24"]
    assert Api(token).get("/agents").status_code == 403


def test_a_wrong_network_stands_beside_its_field(house: House) -> None:
    body = {"name": "ci", "scopes": ["agents.read"], "addresses": "everywhere"}
    page = house.browser("developer").post(f"{KEYS}add/", body).content.decode()
    assert "does not appear to be an IPv4 or IPv6 network" in page


def test_a_key_is_rotated_on_its_page_and_the_old_secret_works_on(house: House) -> None:
    key, old = made(house)
    owner = house.browser("developer")
    body = {"_form_submitted": "on", "overlap": "24"}
    page = owner.post(f"{KEYS}{key.pk}/rotate/", body, follow=True).content.decode()
    found = TOKEN.search(page)
    assert found
    assert [Api(t).get("/agents").status_code for t in (old, found[0])] == [200, 200]
    assert "Rotating" in page


def test_no_button_is_shown_that_would_be_refused(house: House) -> None:
    key, token = made(house)
    buttons = (f"{KEYS}{key.pk}/rotate/", f"{KEYS}{key.pk}/revoke/")
    shown = {
        role: [
            button in house.browser(role).get(f"{KEYS}{key.pk}/change/").content.decode()
            for button in buttons
        ]
        for role in ("developer", "admin", "owner")
    }
    assert shown == {
        "developer": [True, True],
        "admin": [False, True],
        "owner": [False, True],
    }
    assert house.browser("admin").post(buttons[0], {"_form_submitted": "on"}).status_code == 403
    house.browser("admin").post(buttons[1], {"_form_submitted": "on"})
    assert Api(token).get("/agents").status_code == 401
    page = house.browser("developer").get(f"{KEYS}{key.pk}/change/").content.decode()
    assert not [button for button in buttons if button in page]
