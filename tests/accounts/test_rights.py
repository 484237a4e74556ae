"""The engine of rights agrees with the slow oracle everywhere; lists hold exactly what passes."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from accounts.fence import acting, fenced
from accounts.models import CustomRole, Grant, Membership
from accounts.permissions import has_permission, within_reach
from accounts.roles import MATRIX, Role
from agents.models import Agent
from armproject.lib.context import Principal, PrincipalKind
from connectors.models import Connection
from governance.actions.erase_person import erase_person
from tests.accounts.oracle import (
    LETTERS,
    ON_AGENTS,
    ON_CONNECTIONS,
    TABLE,
    Question,
    is_allowed,
)
from tests.cast import Api, House

GRANTED = ("them", "their role", "another role", "nobody")  # on which row to whom


def fleet(house: House) -> dict[str, Any]:
    """Make four agents and four connections."""
    with house.inside():
        return {
            "agent": [
                Agent.objects.create(name=name, vendor="custom", vendor_agent_id=name)
                for name in "abcd"
            ],
            "connection": [
                Connection.objects.create(name=name, vendor="custom") for name in "abcd"
            ],
        }


@pytest.fixture
def ours(house: House) -> dict[str, Any]:
    """Our rows, as `GRANTED` says: everything that can be was granted on them."""
    rows = fleet(house)
    with house.inside():
        role = CustomRole.objects.create(
            name="Custom", permissions=[p for p, letters in TABLE.items() if "C" in letters]
        )
        other = CustomRole.objects.create(name="Other", permissions=[])
        for kind, permissions in (("agent", ON_AGENTS), ("connection", ON_CONNECTIONS)):
            to_them, to_their_role, to_another = rows[kind][:3]
            for permission in permissions:
                for person in Membership.objects.all():
                    Grant.objects.give(person, permission, to_them)
                for each in (*Role.values, role):
                    Grant.objects.give(each, permission, to_their_role)
                Grant.objects.give(other, permission, to_another)
    rows["role"] = role
    return rows


@contextmanager
def standing(house: House, role: str, ours: dict[str, Any], scopes: Any) -> Iterator[None]:
    """Act as somebody in this role, as the doors would let them in."""
    person = house.people["viewer" if role == "custom" else role]
    with house.inside():
        member = Membership.objects.get(user=person)
        member.give(ours["role"] if role == "custom" else role)
        member.save()
        rights = member.rights if scopes is None else member.rights & scopes
    kind = PrincipalKind.MEMBER if scopes is None else PrincipalKind.API_KEY
    principal = Principal(kind, "x", "x", person.pk, scopes=scopes)
    with acting(principal, house.organization.pk, rights), fenced():
        yield


def test_the_oracle_knows_every_permission() -> None:
    assert set(TABLE) == set(MATRIX)


@pytest.mark.parametrize("role", LETTERS)
def test_every_answer_is_the_oracles(
    house: House, neighbours: House, ours: dict[str, Any], role: str
) -> None:
    theirs = fleet(neighbours)
    wrong = []
    for permission in TABLE:
        others = frozenset(TABLE) - {permission}
        for scopes in (None, frozenset({permission}), frozenset(TABLE), others, frozenset()):
            with standing(house, role, ours, scopes):
                asked: list[tuple[Question, Any]] = [
                    (Question(role, permission, scopes, "no row"), None)
                ]
                for kind in ("agent", "connection"):
                    asked += [
                        (Question(role, permission, scopes, kind, granted_to=who), row)
                        for who, row in zip(GRANTED, ours[kind], strict=True)
                    ]
                    asked.append(
                        (Question(role, permission, scopes, kind, is_ours=False), theirs[kind][0])
                    )
                wrong += [q for q, row in asked if has_permission(permission, row) != is_allowed(q)]
    assert wrong == []


@pytest.mark.parametrize("role", LETTERS)
def test_a_list_is_exactly_what_passes(house: House, ours: dict[str, Any], role: str) -> None:
    for model, permissions in ((Agent, ON_AGENTS), (Connection, ON_CONNECTIONS)):
        for permission in permissions:
            for scopes in (None, frozenset({permission}), frozenset()):
                with standing(house, role, ours, scopes):
                    listed = set(within_reach(model.objects.all(), permission))
                    passing = {r for r in model.objects.all() if has_permission(permission, r)}
                assert listed == passing, (role, permission, scopes)


def test_a_role_of_another_organization_passes_nothing_on(
    house: House, neighbours: House, pair: list[Any]
) -> None:
    with neighbours.inside():
        Membership.objects.create(user=house.auditor, role="viewer")
    body = {"role": "viewer", "permission": "agents.pause", "row": str(pair[0].pk)}
    assert house.api().post("/grants", body).status_code == 201
    assert house.api("auditor").post(f"/agents/{pair[0].pk}/pause").status_code == 403
    assert house.api("viewer").post(f"/agents/{pair[0].pk}/pause").status_code == 200


def test_what_a_role_was_granted_comes_and_goes_with_the_role(
    house: House, pair: list[Any]
) -> None:
    role = house.api().post("/roles", {"name": "Night", "permissions": ["agents.read"]})
    night = role.json()["data"]["id"]
    body = {"custom_role": night, "permission": "agents.pause", "row": str(pair[0].pk)}
    given = house.api().post("/grants", body)
    assert given.status_code == 201, given.content
    told = given.json()["data"]
    assert (told["custom_role"], told["email"], told["role"]) == (night, "", "")
    assert house.api().post("/grants", body).status_code == 409
    path, key = f"/agents/{pair[0].pk}/pause", house.api("viewer")
    assert key.post(path).status_code == 403
    with house.inside():
        viewer = Membership.objects.get(user=house.viewer).pk
    assert house.api().patch(f"/members/{viewer}", {"custom_role": night}).status_code == 200
    assert key.post(path).status_code == 200
    reach = house.api().get(f"/members/{viewer}/reach").json()["data"]["grants"]
    assert [each["why"] for each in reach] == ["granted to the role Night"]
    (listed,) = house.api().get("/grants", row=str(pair[0].pk)).json()["data"]
    assert listed["id"] == told["id"]
    assert house.api().get("/grants", permission="agents.read").json()["data"] == []
    house.api().patch(f"/members/{viewer}", {"role": "viewer"})
    assert key.post(f"/agents/{pair[0].pk}/resume").status_code == 403
    assert house.api().delete(f"/roles/{night}").status_code == 204
    assert house.api().get("/grants").json()["data"] == []


def test_only_who_may_change_roles_grants_to_one_and_takes_it_back(
    house: House, pair: list[Any]
) -> None:
    body = {"role": "viewer", "permission": "agents.pause", "row": str(pair[0].pk)}
    less = house.api("admin", scopes=["members.write", "agents.pause", "members.read"])
    assert less.post("/grants", body).status_code == 403
    given = house.api("admin").post("/grants", body).json()["data"]["id"]
    assert less.delete(f"/grants/{given}").status_code == 403
    assert house.api("admin").delete(f"/grants/{given}").status_code == 204


def test_a_grant_names_one_holder(house: House, neighbours: House, pair: list[Any]) -> None:
    with house.inside():
        viewer = str(Membership.objects.get(user=house.viewer).pk)
    theirs = neighbours.api().post("/roles", {"name": "Theirs", "permissions": ["agents.read"]})
    what = {"permission": "agents.read", "row": str(pair[0].pk)}
    for who in (
        {},
        {"member": viewer, "role": "viewer"},
        {"role": "king"},
        {"custom_role": theirs.json()["data"]["id"]},
    ):
        assert house.api().post("/grants", {**what, **who}).status_code == 400, who
    with house.inside():
        held = Grant.objects.give("viewer", "agents.read", pair[0])
        grants = Grant.objects.filter(pk=held.pk)
        with pytest.raises(IntegrityError), transaction.atomic():
            grants.update(user=house.viewer)


def test_a_role_is_granted_access_on_the_rows_page_and_told_on_its_own(
    house: House, pair: list[Any]
) -> None:
    owner = house.browser()
    path = f"/studio/accounts/membership/access/agents/{pair[0].pk}/"
    both = {"email": house.viewer.email, "role": "viewer", "permission": "agents.pause"}
    for body in (both, {"permission": "agents.pause"}):
        assert "Name either one member or one role." in owner.post(path, body).content.decode()
    page = owner.post(path, {"role": "viewer", "permission": "agents.pause"}, follow=True)
    assert "From now on everybody in the role Viewer may do that." in page.content.decode()
    roles = owner.get("/studio/accounts/customrole/").content.decode()
    assert str(pair[0]) in roles
    with house.inside():
        viewer = Membership.objects.get(user=house.viewer).pk
    reach = owner.get(f"/studio/accounts/membership/{viewer}/change/").content.decode()
    assert "granted to the role Viewer" in reach


def grant(house: House, role: str, permission: str, row: Any) -> Any:
    with house.inside():
        member = Membership.objects.get(user=house.people[role])
    body = {"member": str(member.pk), "permission": permission, "row": str(row.pk)}
    return house.api().post("/grants", body)


@pytest.fixture
def pair(house: House) -> list[Any]:
    return fleet(house)["agent"]


@pytest.mark.parametrize("path", ["/agents", "/connections"])
def test_who_was_granted_one_row_lists_that_row(house: House, path: str) -> None:
    rows, auditor = fleet(house), house.api("auditor")
    assert auditor.get(path).status_code == 403
    kind = path.strip("/")
    row = rows[kind.removesuffix("s")][0]
    assert grant(house, "auditor", f"{kind}.read", row).status_code == 201
    answer = auditor.get(path)
    assert [each["id"] for each in answer.json()["data"]] == [str(row.pk)]
    assert answer.json()["meta"]["total"] == 1
    assert auditor.get(f"{path}/{row.pk}").status_code == 200
    assert auditor.get(f"{path}/{rows[kind.removesuffix('s')][1].pk}").status_code == 404


def test_what_is_told_of_all_agents_is_not_told_to_who_reaches_one(
    house: House, pair: list[Any]
) -> None:
    grant(house, "auditor", "agents.read", pair[0])
    auditor, browser = house.api("auditor"), house.browser("auditor")
    for path in ("/agents/summary", "/agents/export.csv", "/metrics/health"):
        assert auditor.get(path).status_code == 403, path
    assert auditor.get("/agents", vendor="custom").json()["meta"]["total"] == 1
    listed = browser.get("/studio/agents/agent/").content.decode()
    assert f"/{pair[0].pk}/" in listed
    assert f"/{pair[1].pk}/" not in listed
    assert browser.get(f"/studio/agents/agent/{pair[0].pk}/change/").status_code == 200
    assert browser.get(f"/studio/agents/agent/{pair[1].pk}/change/").status_code == 404


def test_a_member_pauses_the_one_agent_they_were_granted(house: House, pair: list[Any]) -> None:
    member = house.api("member")
    path = f"/agents/{pair[0].pk}/pause"
    assert member.post(path).status_code == 403
    assert grant(house, "member", "agents.pause", pair[0]).status_code == 201
    assert member.post(path).status_code == 200
    assert member.post(f"/agents/{pair[1].pk}/pause").status_code in (403, 404)
    page = house.browser("member").get(f"/studio/agents/agent/{pair[0].pk}/change/")
    assert "/resume/" in page.content.decode()


def test_a_key_passes_a_grant_on_only_where_its_scopes_name_it(
    house: House, pair: list[Any]
) -> None:
    grant(house, "member", "agents.pause", pair[0])
    path = f"/agents/{pair[0].pk}/pause"
    assert house.api("member", scopes=["agents.read"]).post(path).status_code == 403
    assert house.api("member", scopes=["agents.read", "agents.pause"]).post(path).status_code == 200


def test_what_was_granted_is_taken_back_at_once(house: House, pair: list[Any]) -> None:
    given = grant(house, "auditor", "agents.read", pair[0]).json()["data"]["id"]
    auditor = house.api("auditor")
    assert auditor.get(f"/agents/{pair[0].pk}").status_code == 200
    assert house.api().delete(f"/grants/{given}").status_code == 204
    assert auditor.get(f"/agents/{pair[0].pk}").status_code == 403


def test_nobody_grants_what_they_may_not_do(house: House, pair: list[Any]) -> None:
    assert grant(house, "member", "agents.pause", pair[0]).status_code == 201
    assert grant(house, "member", "agents.pause", pair[0]).status_code == 409
    assert grant(house, "member", "members.write", pair[0]).status_code == 400
    assert grant(house, "member", "connections.read", pair[0]).status_code == 400
    with house.inside():
        member = Membership.objects.get(user=house.viewer)
    body = {"member": str(member.pk), "permission": "agents.pause", "row": str(pair[0].pk)}
    weak = house.api("owner", scopes=["members.write"])
    for api in (house.api("member"), house.api("developer"), weak):
        assert api.post("/grants", body).status_code == 403


def test_grants_end_with_the_membership(house: House, pair: list[Any]) -> None:
    grant(house, "auditor", "agents.read", pair[0])
    with house.inside():
        member = Membership.objects.get(user=house.auditor)
    assert house.api().delete(f"/members/{member.pk}").status_code == 204
    with house.inside():
        assert not Grant.objects.exists()


def test_grants_end_when_a_person_is_erased(house: House, pair: list[Any]) -> None:
    grant(house, "viewer", "agents.pause", pair[0])
    with house.inside():
        erase_person(house.viewer.email, confirmed=house.viewer.email)
        assert not Grant.objects.exists()


def test_a_grant_in_one_organization_opens_nothing_in_another(
    house: House, neighbours: House, pair: list[Any]
) -> None:
    with neighbours.inside():
        Membership.objects.create(user=house.auditor, role="auditor")
    grant(house, "auditor", "agents.read", pair[0])
    with neighbours.inside(), fenced():
        assert not Grant.objects.exists()
    theirs = fleet(neighbours)["agent"][0]
    assert grant(house, "auditor", "agents.read", theirs).status_code == 400


def test_a_members_reach_is_told_with_its_reasons(house: House, pair: list[Any]) -> None:
    grant(house, "auditor", "agents.read", pair[0])
    with house.inside():
        member = Membership.objects.get(user=house.auditor)
    told = house.api("viewer").get(f"/members/{member.pk}/reach").json()["data"]
    assert told["role"] == "Auditor"
    assert {"audit.read"} < {right["permission"] for right in told["rights"]}
    assert [(g["permission"], g["row"]) for g in told["grants"]] == [
        ("agents.read", str(pair[0].pk))
    ]
    page = house.browser().get(f"/studio/accounts/membership/{member.pk}/change/")
    text = page.content.decode()
    assert "What they can reach, and why" in text
    assert "See agents and their health" in text
    assert "Read the audit log" in text


def test_access_is_granted_and_taken_back_on_the_rows_page(house: House, pair: list[Any]) -> None:
    owner = house.browser()
    path = f"/studio/accounts/membership/access/agents/{pair[0].pk}/"
    assert path in owner.get(f"/studio/agents/agent/{pair[0].pk}/change/").content.decode()
    nobody = {"email": "nobody@example.com", "permission": "agents.read"}
    assert "Nobody with this address" in owner.post(path, nobody).content.decode()
    body = {"email": house.auditor.email, "permission": "agents.read"}
    page = owner.post(path, body, follow=True).content.decode()
    assert house.auditor.email in page
    with house.inside():
        given = Grant.objects.get()
    revoke = f"/studio/accounts/membership/grants/{given.pk}/revoke/"
    assert revoke in page
    assert house.browser("viewer").post(path, body).status_code == 403
    assert house.browser("viewer").post(revoke).status_code == 403
    assert revoke not in house.browser("viewer").get(path).content.decode()
    assert owner.get(revoke).status_code == 405
    owner.post(revoke)
    with house.inside():
        assert not Grant.objects.exists()


def test_strangers_are_not_told_of_grants(house: House, neighbours: House, pair: list[Any]) -> None:
    given = grant(house, "auditor", "agents.read", pair[0]).json()["data"]["id"]
    stranger: Api = neighbours.api()
    assert stranger.get("/grants").json()["data"] == []
    assert stranger.get(f"/grants/{given}").status_code == 404
    assert stranger.delete(f"/grants/{given}").status_code == 404
