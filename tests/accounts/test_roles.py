"""Roles of the organization's own: made, given, changed, deleted, never above their maker."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from accounts.models import ApiKey, CustomRole, Membership
from accounts.roles import MATRIX, WORDS, Role, rights_of
from governance.models import AuditEvent
from tests.cast import Api, House

WATCHER = ["agents.read", "alerts.read", "alerts.decide"]
ROLES = "/studio/accounts/customrole/"


def make(api: Api, name: str = "Watcher", permissions: list[str] | None = None) -> Any:
    return api.post("/roles", {"name": name, "permissions": permissions or WATCHER})


def member_of(house: House, role: str) -> str:
    with house.inside():
        return str(Membership.objects.get(user=house.people[role]).pk)


def give(house: House, role: str, custom_role: str) -> Any:
    path = f"/members/{member_of(house, role)}"
    return house.api().patch(path, {"custom_role": custom_role})


def test_a_role_is_made_given_and_holds(house: House) -> None:
    made = make(house.api())
    assert made.status_code == 201, made.content
    role, key = made.json()["data"]["id"], house.api("viewer")
    assert key.get("/costs").status_code != 403
    changed = give(house, "viewer", role)
    assert changed.status_code == 200, changed.content
    shown = changed.json()["data"]
    assert (shown["role"], shown["custom_role"]) == ("", role)
    browser = house.browser("viewer")
    for reader in (key.get, lambda path: browser.get(f"/api/v1{path}")):
        assert reader("/agents").status_code == 200
        assert reader("/connections").status_code == 403


def test_who_has_the_role_may_do_what_it_is_changed_to(house: House) -> None:
    role = make(house.api()).json()["data"]["id"]
    give(house, "viewer", role)
    key = house.api("viewer")
    assert key.get("/jobs").status_code == 403
    body = {"permissions": [*WATCHER, "jobs.read"]}
    assert house.api().patch(f"/roles/{role}", body).status_code == 200
    assert key.get("/jobs").status_code == 200


def test_nobody_makes_or_changes_a_role_above_their_own(house: House) -> None:
    beyond = make(house.api("admin"), permissions=["organization.write"])
    assert beyond.status_code == 403
    assert beyond.json()["error"]["details"]["beyond"] == ["organization.write"]
    strong = make(house.api(), "Strong", ["organization.write"]).json()["data"]["id"]
    admin = house.api("admin")
    for answer in (
        admin.patch(f"/roles/{strong}", {"permissions": ["agents.read"]}),
        admin.delete(f"/roles/{strong}"),
        admin.patch(f"/members/{member_of(house, 'viewer')}", {"custom_role": strong}),
    ):
        assert answer.status_code == 403


def test_a_key_makes_no_role_beyond_its_scopes(house: House) -> None:
    key = house.api("owner", scopes=["roles.write", "agents.read"])
    assert make(key, permissions=["agents.read"]).status_code == 201
    assert make(key, "Other", ["agents.pause"]).status_code == 403


def test_only_owners_make_owners_whatever_else_they_may(house: House) -> None:
    everything = make(house.api(), "Everything", sorted(MATRIX)).json()["data"]["id"]
    give(house, "admin", everything)
    path = f"/members/{member_of(house, 'viewer')}"
    assert house.api("admin").patch(path, {"role": "owner"}).status_code == 403
    assert house.api("admin").patch(path, {"role": "admin"}).status_code == 200
    owner = f"/members/{member_of(house, 'owner')}"
    assert house.api("admin").delete(owner).status_code == 403


def test_a_role_that_somebody_has_stays(house: House) -> None:
    role = make(house.api()).json()["data"]["id"]
    give(house, "viewer", role)
    assert house.api().delete(f"/roles/{role}").status_code == 409
    house.api().patch(f"/members/{member_of(house, 'viewer')}", {"role": "viewer"})
    assert house.api().delete(f"/roles/{role}").status_code == 204


@pytest.mark.parametrize(
    ("name", "permissions", "status", "field"),
    [
        ("Owner", ["agents.read"], 400, "name"),
        ("", ["agents.read"], 400, "name"),
        ("watcher", ["agents.read"], 409, "name"),
        ("New", ["agents.fly"], 400, "permissions"),
    ],
)
def test_bad_roles_are_told_beside_the_field(
    house: House, name: str, permissions: list[str], status: int, field: str
) -> None:
    make(house.api())
    answer = make(house.api(), name, permissions)
    assert (answer.status_code, list(answer.json()["error"]["details"]["fields"])) == (
        status,
        [field],
    )


def test_a_member_has_one_role_and_one_only(house: House) -> None:
    role = make(house.api()).json()["data"]["id"]
    path = f"/members/{member_of(house, 'viewer')}"
    for body in ({}, {"role": "viewer", "custom_role": role}, {"role": "king"}):
        assert house.api().patch(path, body).status_code == 400
    with house.inside(), pytest.raises(IntegrityError), transaction.atomic():
        Membership.objects.filter(user=house.viewer).update(custom_role=role)


def test_roles_of_others_do_not_exist(house: House, neighbours: House) -> None:
    theirs = make(neighbours.api()).json()["data"]["id"]
    assert give(house, "viewer", theirs).status_code == 400
    assert house.api().get(f"/roles/{theirs}").status_code == 404
    assert house.api().get("/roles").json()["data"] == []


def test_what_happens_to_roles_is_recorded(house: House) -> None:
    role = make(house.api()).json()["data"]["id"]
    give(house, "viewer", role)
    house.api().patch(f"/roles/{role}", {"name": "Guard"})
    give(house, "viewer", role)
    house.api().patch(f"/members/{member_of(house, 'viewer')}", {"role": "viewer"})
    house.api().delete(f"/roles/{role}")
    with house.inside():
        actions = set(AuditEvent.objects.values_list("action", flat=True))
    assert {"roles.create", "roles.update", "roles.delete", "members.change_role"} <= actions


def test_built_in_roles_are_told(house: House) -> None:
    told = house.api("viewer").get("/roles/built-in").json()["data"]
    assert {each["role"]: set(each["permissions"]) for each in told} == {
        role: set(rights_of(role)) for role in Role.values
    }


def test_every_permission_has_words_for_people() -> None:
    assert list(WORDS) == list(MATRIX)


def test_the_page_shows_who_may_what_and_makes_roles(house: House) -> None:
    owner = house.browser()
    body = {"name": "Watcher", "permissions": WATCHER}
    page = owner.post(f"{ROLES}add/", body, follow=True).content.decode()
    assert "Who may do what" in page, page
    assert "Pause and resume agents" in page
    with house.inside():
        role = CustomRole.objects.get()
    assert role.permissions == sorted(WATCHER)
    owner.post(f"{ROLES}{role.pk}/change/", {"name": "Guard", "permissions": ["agents.read"]})
    owner.post(f"{ROLES}{role.pk}/delete/", {"post": "yes"})
    with house.inside():
        assert not CustomRole.objects.exists()


def test_a_members_page_offers_only_roles_one_may_give(house: House) -> None:
    make(house.api(), "Strong", ["organization.write"])
    make(house.api(), "Watcher")
    path = f"/studio/accounts/membership/{member_of(house, 'viewer')}/change/"
    offered = house.browser("admin").get(path).content.decode()
    assert [f">{name}<" in offered.replace("\n", "") for name in ("Watcher", "Strong")] == [
        True,
        False,
    ]
    owner = f"/studio/accounts/membership/{member_of(house, 'owner')}/"
    page = house.browser("admin").get(f"{owner}change/").content.decode()
    assert 'name="_save"' not in page
    assert house.browser("admin").post(f"{owner}delete/", {"post": "yes"}).status_code == 403


def test_the_last_owner_is_offered_no_way_out(house: House) -> None:
    path = f"/studio/accounts/membership/{member_of(house, 'owner')}/"
    assert f"{path}delete/" not in house.browser().get(f"{path}change/").content.decode()
    assert house.browser().post(f"{path}delete/", {"post": "yes"}).status_code == 403


def test_keys_do_what_the_new_role_says(house: House) -> None:
    role = make(house.api()).json()["data"]["id"]
    key = house.api("admin")
    give(house, "admin", role)
    with house.inside():
        assert ApiKey.objects.filter(user=house.admin).exists()
    assert key.get("/api-keys").status_code == 403
    assert key.get("/alerts").status_code == 200
