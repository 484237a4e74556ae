"""Organizations, members and keys over the API."""

import pytest

from accounts.models import ApiKey, Membership, Organization
from accounts.roles import MATRIX, Role
from tests.cast import Api, House


def test_a_key_sees_its_own_organization_only(house: House, neighbours: House) -> None:
    answer = house.api().get("/organizations").json()
    assert [row["slug"] for row in answer["data"]] == ["acme"]


def test_without_a_key_there_is_nothing(house: House) -> None:
    answer = Api().get("/organizations")
    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "UNAUTHENTICATED"
    assert answer["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("token", ["arm_sk_live_x_y", "arm_sk_live_", "arm_sk_live_" + "a" * 300])
def test_a_wrong_key_is_refused(house: House, token: str) -> None:
    assert Api(token).get("/members").status_code == 401


def test_a_key_with_a_changed_secret_is_refused(house: House) -> None:
    token = house.key()
    assert Api(token[:-1] + ("a" if token[-1] != "a" else "b")).get("/members").status_code == 401


def test_a_key_is_issued_once_and_revoked_for_good(house: House) -> None:
    api = house.api("developer")
    issued = api.post("/api-keys", {"name": "ci", "scopes": ["agents.read"]})
    assert issued.status_code == 201, issued.content
    data = issued.json()["data"]
    assert data["token"].startswith("arm_sk_live_")
    assert "token" not in api.get(f"/api-keys/{data['id']}").json()["data"]
    program = Api(data["token"])
    assert program.get("/members").status_code == 403
    assert api.post(f"/api-keys/{data['id']}/revoke").status_code == 200
    assert program.get("/members").status_code == 401
    assert api.post(f"/api-keys/{data['id']}/revoke").status_code == 409


def test_a_key_is_no_stronger_than_who_issues_it(house: House) -> None:
    answer = house.api("developer").post(
        "/api-keys", {"name": "x", "scopes": ["connections.write"]}
    )
    assert answer.status_code == 403
    with house.inside():
        assert not ApiKey.objects.filter(name="x").exists()


def test_no_scopes_are_no_rights(house: House) -> None:
    assert house.api("owner", scopes=[]).get("/members").status_code == 403


def test_a_key_loses_what_its_owner_loses(house: House) -> None:
    api = house.api("admin")
    with house.inside():
        member = Membership.objects.get(user=house.admin)
    body = {"email": "somebody@acme.example", "role": "member"}
    assert api.post("/invitations", body).status_code == 201
    assert house.api().patch(f"/members/{member.pk}", {"role": "viewer"}).status_code == 200
    assert api.post("/invitations", body).status_code == 403


def test_nobody_hands_out_a_role_above_their_own(house: House, neighbours: House) -> None:
    body = {"email": neighbours.viewer.email, "role": "owner"}
    assert house.api("admin").post("/invitations", body).status_code == 403
    assert house.api("owner").post("/invitations", body).status_code == 201


def test_the_last_owner_stays(house: House) -> None:
    api = house.api()
    with house.inside():
        owner = Membership.objects.get(user=house.owner)
    assert api.delete(f"/members/{owner.pk}").status_code == 409
    assert api.patch(f"/members/{owner.pk}", {"role": "member"}).status_code == 409


def test_foreign_rows_are_not_found(house: House, neighbours: House) -> None:
    with neighbours.inside():
        foreign = Membership.objects.first()
    api = house.api()
    for answer in (
        api.get(f"/members/{foreign.pk}"),
        api.patch(f"/members/{foreign.pk}", {"role": "viewer"}),
        api.delete(f"/members/{foreign.pk}"),
        api.get(f"/organizations/{neighbours.organization.pk}"),
        api.get("/members/not-an-id"),
    ):
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "NOT_FOUND")


def test_settings_say_what_is_wrong_beside_the_field(house: House) -> None:
    answer = house.api().patch(
        f"/organizations/{house.organization.pk}", {"time_zone": "Mars/Olympus"}
    )
    assert answer.status_code == 400
    assert list(answer.json()["error"]["details"]["fields"]) == ["time_zone"]


@pytest.mark.parametrize("role", Role.values)
def test_roles_may_what_the_matrix_says(house: House, role: str) -> None:
    api = house.api(role)
    expected = 200 if Role(role) in MATRIX["api_keys.read"] else 403
    assert api.get("/api-keys").status_code == expected


def test_unknown_parameters_are_named(house: House) -> None:
    answer = house.api().get("/members", rolle="owner")
    assert answer.status_code == 400
    assert "role" in answer.json()["error"]["details"]["allowed"]


def test_a_key_hands_out_no_role_stronger_than_itself(house: House, neighbours: House) -> None:
    api = house.api("owner", scopes=["members.write"])
    body = {"email": neighbours.viewer.email, "role": "owner"}
    assert api.post("/invitations", body).status_code == 403


def test_a_key_issues_none_that_outlives_it(house: House) -> None:
    from datetime import timedelta

    from django.utils import timezone

    token = house.key("owner")
    with house.inside():
        ApiKey.objects.update(expires_at=timezone.now() + timedelta(minutes=5))
    answer = Api(token).post("/api-keys", {"name": "forever", "scopes": ["agents.read"]})
    assert answer.status_code == 403
    assert "expires_at" in answer.json()["error"]["details"]["fields"]


def test_only_an_operator_opens_hosts(house: House) -> None:
    path = f"/organizations/{house.organization.pk}"
    body = {"allowed_hosts": ["127.0.0.1:9010"]}
    assert house.api().patch(path, body).status_code == 403
    house.owner.is_operator = True
    house.owner.save(update_fields=["is_operator"])
    assert house.api().patch(path, body).status_code == 200


def test_a_link_from_elsewhere_does_not_switch_organizations(
    house: House, neighbours: House
) -> None:
    with neighbours.inside():
        Membership.objects.create(user=house.owner, role="viewer")
    browser = house.browser()
    path = f"/studio/enter?to={neighbours.organization.pk}"
    browser.get(path, headers={"Sec-Fetch-Site": "cross-site"})
    assert "organization" not in browser.session
    browser.get(path, headers={"Sec-Fetch-Site": "same-origin"})
    assert browser.session["organization"] == str(neighbours.organization.pk)


@pytest.mark.parametrize(("code", "status"), [("XXY", 400), ("eur", 400), ("EUR", 200)])
def test_a_currency_is_one_of_the_worlds(house: House, code: str, status: int) -> None:
    path = f"/organizations/{house.organization.pk}"
    assert house.api().patch(path, {"currency": code}).status_code == status
    form = {"name": "Acme", "time_zone": "UTC", "currency": code}
    path = f"/studio/accounts/organization/{house.organization.pk}/change/"
    house.browser().post(path, form)
    with house.inside():
        assert (Organization.objects.current().get().currency == code) == (status == 200)
