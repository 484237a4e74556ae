"""The status of keys and their rotation at every door: Studio, API, command line."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts.models import OrganizationKey
from tests.accounts.vaulted import hook, opens, states

STUDIO = "/studio/accounts/organizationkey/"


def test_the_api_tells_of_keys_without_material(house):
    with house.inside():
        hook("one")
    answer = house.api("auditor").get(f"/organizations/{house.organization.pk}/keys")
    assert answer.status_code == 200
    [key] = answer.json()["data"]
    assert (key["version"], key["state"], key["sealed_values"]) == (1, "active", 2)
    assert set(key) == {
        "version",
        "state",
        "master_key_id",
        "encryptions",
        "sealed_values",
        "created_at",
        "replaced_at",
    }


def test_an_owner_rotates_by_api_and_a_colleague_with_less_does_not(house, neighbours):
    path = f"/organizations/{house.organization.pk}/keys/rotate"
    assert house.api("admin").post(path).status_code == 403
    assert house.api("viewer").get(path.removesuffix("/rotate")).status_code == 403
    assert neighbours.api().post(path).status_code == 404
    answer = house.api().post(path)
    assert answer.status_code == 202
    assert answer.json()["data"]["version"] == 2
    with house.inside():
        assert states() == {1: "replaced", 2: "active"}


def test_the_studio_shows_keys_and_rotates_after_a_question(house):
    browser = house.browser()
    page = browser.get(STUDIO)
    assert page.status_code == 200
    assert "Rotate key" in page.text
    asked = browser.get(f"{STUDIO}rotate/")
    assert "Give the organization a new key?" in asked.text
    with house.inside():
        assert states() == {1: "active"}
    browser.post(f"{STUDIO}rotate/", {"_form_submitted": "on"})
    with house.inside():
        assert states() == {1: "replaced", 2: "active"}
    assert "Being replaced" in browser.get(STUDIO).text


def test_the_studio_offers_rotation_to_owners_only(house):
    page = house.browser("auditor").get(STUDIO)
    assert page.status_code == 200
    assert "Rotate key" not in page.text
    assert (
        house.browser("auditor").post(f"{STUDIO}rotate/", {"_form_submitted": "on"}).status_code
        == 403
    )
    assert house.browser("viewer").get(STUDIO).status_code == 403
    with house.inside():
        assert states() == {1: "active"}


def run(*words: str) -> str:
    out = StringIO()
    call_command("keys", *words, stdout=out)
    return out.getvalue()


def test_the_command_line_shows_rotates_and_destroys(house, neighbours):
    with house.inside():
        channel = hook("one")
    with neighbours.inside():
        theirs = hook("two")
    assert "2 keys of 2 organizations" in run("status")
    assert "Version 2 seals" in run("rotate-org", "acme")
    assert "version 1  replaced" in run("status", "acme")
    assert "Done: 0 keys" in run("rotate-master")
    with pytest.raises(CommandError, match="no key k9"):
        run("rotate-master", "--to", "k9")
    with pytest.raises(CommandError, match="no organization called nobody"):
        run("rotate-org", "nobody")
    with pytest.raises(CommandError, match="repeat"):
        run("destroy-org", "acme", "--confirm", "globex")
    with house.inside():
        assert opens(channel)
    assert "2 keys destroyed" in run("destroy-org", "acme", "--confirm", "acme")
    with house.inside():
        assert set(OrganizationKey.objects.values_list("state", flat=True)) == {"destroyed"}
    with neighbours.inside():
        assert opens(theirs)
    assert "destroyed" in run("status", "acme")


def test_whose_keys_were_destroyed_is_suspended(house):
    run("destroy-org", "acme", "--confirm", "acme")
    assert house.api().get("/members").status_code == 401
