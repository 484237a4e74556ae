"""Subscriptions as people see them, over the API and in the Studio."""

from typing import Any

import pytest

from armproject.lib.secret import Secret
from jobs.actions.create_subscription import create_subscription
from jobs.models import Delivery, Subscription
from tests.cast import Api, House

ADDRESS = "http://127.0.0.1:9/hooks/s3cr3t-path"
TOPICS = ["agent.paused"]


@pytest.fixture
def subscription(house: House) -> Subscription:
    with house.inside():
        house.open_hosts("127.0.0.1:9")
        return create_subscription("Hook", address=Secret(ADDRESS), topics=TOPICS)[0]


def test_the_secret_is_told_once_and_the_address_never(house: House, api: Api) -> None:
    with house.inside():
        house.open_hosts("127.0.0.1:9")
    made = api.post("/subscriptions", {"name": "Hook", "address": ADDRESS, "topics": TOPICS})
    data = made.json()["data"]
    assert made.status_code == 201
    assert data["secret"].startswith("whsec_")
    shown = api.get(f"/subscriptions/{data['id']}")
    assert shown.json()["data"]["leads_to"] == "127.0.0.1:9"
    for answer in (made, shown):
        assert "s3cr3t-path" not in answer.content.decode()
    assert "whsec_" not in shown.content.decode()


def test_it_is_switched_off_and_on(subscription: Subscription, api: Api) -> None:
    path = f"/subscriptions/{subscription.pk}"
    assert api.patch(path, {"is_on": False}).json()["data"]["state"] == "off"
    assert api.post(f"{path}/replay").status_code == 409
    assert api.patch(path, {"is_on": True}).json()["data"]["state"] == "on"


def test_who_may_only_read_changes_nothing(subscription: Subscription, house: House) -> None:
    developer, viewer = house.api("developer"), house.api("viewer")
    path = f"/subscriptions/{subscription.pk}"
    assert developer.get(path).status_code == 200
    assert viewer.get(path).status_code == 403
    for verb in ("test", "rotate", "replay"):
        assert developer.post(f"{path}/{verb}").status_code == 403
    assert developer.delete(path).status_code == 403


def test_what_was_given_up_is_replayed(subscription: Subscription, house: House, api: Api) -> None:
    with house.inside():
        row = Delivery.objects.create(subscription=subscription, state="dead", events=3)
    (listed,) = api.get("/deliveries", state="dead").json()["data"]
    assert (listed["id"], listed["events"]) == (str(row.pk), 3)
    assert api.post(f"/deliveries/{row.pk}/replay").json()["data"]["state"] == "pending"
    assert api.post(f"/deliveries/{row.pk}/replay").status_code == 409


def test_a_stranger_finds_nothing(subscription: Subscription, neighbours: House) -> None:
    stranger = neighbours.api()
    path = f"/subscriptions/{subscription.pk}"
    assert stranger.get(path).status_code == 404
    for verb in ("test", "rotate", "replay"):
        assert stranger.post(f"{path}/{verb}").status_code == 404


def test_the_studio_shows_how_it_fares(
    subscription: Subscription, house: House, client: Any
) -> None:
    client.force_login(house.owner)
    with house.inside():
        Delivery.objects.create(subscription=subscription, state="dead", last_error="It is away.")
    for page, word in (
        ("subscription/", "Hook"),
        (f"subscription/{subscription.pk}/change/", "127.0.0.1:9"),
        ("subscription/add/", "Hears of"),
        ("delivery/", "It is away."),
    ):
        answer = client.get(f"/studio/jobs/{page}")
        assert answer.status_code == 200
        assert word in answer.content.decode()
        assert "s3cr3t-path" not in answer.content.decode()
