"""Signing in and out."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.actions.create_organization import create_organization
from tests.cast import PASSWORD, House
from tests.studio.page import Page

LOGIN = "/studio/login/"


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("owner@acme.example", "wrong"),
        ("nobody@acme.example", PASSWORD),
        ("owner@acme.example", ""),
    ],
)
def test_what_does_not_fit_is_refused_in_one_way(
    house: House, client: Client, email: str, password: str
) -> None:
    response = client.post(LOGIN, {"username": email, "password": password})
    html = response.content.decode()
    assert response.status_code == 200
    assert ("do not fit together" in html) == bool(password)
    assert ("This field is required" in html) == (not password)
    assert "_auth_user_id" not in client.session


def test_the_right_password_leads_to_where_one_wanted_to_go(house: House, client: Client) -> None:
    wanted = reverse("admin:accounts_membership_changelist")
    assert client.get(wanted)["Location"] == f"{LOGIN}?next={wanted}"
    html = client.get(f"{LOGIN}?next={wanted}").content.decode()
    assert f'value="{wanted}"' in html
    answer = client.post(
        LOGIN, {"username": "Owner@ACME.example", "password": PASSWORD, "next": wanted}
    )
    assert answer["Location"] == wanted


def test_it_never_leads_away(house: House, client: Client) -> None:
    answer = client.post(
        LOGIN,
        {"username": "owner@acme.example", "password": PASSWORD, "next": "https://evil.example/"},
    )
    assert answer["Location"] == "/studio/"


def test_who_signs_out_is_out(house: House) -> None:
    client = house.browser("owner")
    html = client.post(reverse("admin:logout")).content.decode()
    assert "You are signed out" in html
    assert client.get(reverse("admin:index")).status_code == 302


@pytest.mark.parametrize("path", [LOGIN, "/studio/logout/"])
def test_the_gate_is_readable_to_all(house: House, path: str) -> None:
    client = house.browser("owner")
    response = client.post(path) if "logout" in path else Client().get(path)
    assert Page(response.content.decode()).problems() == []


def test_the_name_of_the_organization_and_the_way_to_the_others(house: House) -> None:
    create_organization("Second home", slug="second", owner=house.owner)
    client = house.browser("owner")
    html = client.get(reverse("admin:index")).content.decode()
    assert "Acme" in html
    link = next(
        url for url in Page(html).links if "enter?to=" in url and "Second" in around(html, url)
    )
    answer: Any = client.get(link, follow=True)
    assert "You are in Second home now." in answer.content.decode()


def around(html: str, url: str) -> str:
    """Return what stands behind a link."""
    return html[html.index(url) :].partition("</a>")[0]
