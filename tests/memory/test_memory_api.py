"""The API of memories: kept, listed, narrowed, changed, forgotten, within reach alone."""

from typing import Any
from uuid import uuid4

import pytest

from tests.cast import Api, House
from tests.memory.kept import TEA, kept

PATH = "/context"
BODY = {"content": TEA, "owner_type": "user", "owner_id": "u-1"}


def test_a_memory_is_kept_read_and_listed(api: Api) -> None:
    body = {**BODY, "kind": "preference", "metadata": {"topic": "tea"}, "ttl_seconds": 3_600}
    made = api.post(PATH, body)
    assert made.status_code == 201, made.content
    told = made.json()["data"]
    assert (told["content"], told["kind"], told["state"]) == (TEA, "preference", "live")
    assert told["source"] == {"type": "manual", "interaction_id": "", "imported_from": ""}
    assert told["expires_at"] is not None
    assert api.post(PATH, body).status_code == 200
    assert api.get(f"{PATH}/{told['id']}").json()["data"]["content"] == TEA
    (listed,) = api.get(PATH).json()["data"]
    assert listed["id"] == told["id"]


@pytest.mark.parametrize(
    ("asked", "number"),
    [
        ({}, 2),
        ({"owner_id": "u-1"}, 1),
        ({"owner_type": "user"}, 2),
        ({"kind": "preference"}, 1),
        ({"store": "core"}, 1),
        ({"key": "city"}, 1),
        ({"metadata": "topic:tea"}, 1),
        ({"metadata": "topic:gin"}, 0),
        ({"state": "forgotten"}, 1),
        ({"confidence_from": "0.5"}, 1),
        ({"created_before": "2020-01-01T00:00:00Z"}, 0),
        ({"valid_at": "2020-01-01T00:00:00Z"}, 0),
    ],
)
def test_the_list_is_narrowed(house: House, api: Api, asked: dict[str, Any], number: int) -> None:
    api.post(PATH, {**BODY, "kind": "preference", "metadata": {"topic": "tea"}, "confidence": 0.9})
    city = {"content": "Berlin", "store": "core", "key": "city"}
    api.post(PATH, {**BODY, **city, "owner_id": "u-2"})
    gone = api.post(PATH, {**BODY, "content": "Gone."}).json()["data"]["id"]
    assert api.delete(f"{PATH}/{gone}").status_code == 200
    assert len(api.get(PATH, **asked).json()["data"]) == number


def test_several_are_kept_together_or_not_at_all(api: Api) -> None:
    texts = ["One.", "Two.", "Three."]
    made = api.post(f"{PATH}/batch", {"memories": [{**BODY, "content": text} for text in texts]})
    assert made.status_code == 201, made.content
    assert [each["content"] for each in made.json()["data"]] == texts
    wrong = [{**BODY, "content": "Four."}, {**BODY, "store": "core"}]
    refused = api.post(f"{PATH}/batch", {"memories": wrong})
    assert refused.status_code == 400
    assert refused.json()["error"]["details"]["place"] == 1
    assert api.get(PATH).json()["meta"]["total"] == 3


def test_a_change_is_told_with_its_story(api: Api) -> None:
    pk = api.post(PATH, BODY).json()["data"]["id"]
    child = api.post(PATH, {**BODY, "content": "Buy tea.", "parents": [pk]}).json()["data"]["id"]
    changed = api.patch(f"{PATH}/{pk}", {"content": "Water.", "expected_version": 1})
    assert changed.json()["data"]["version"] == 2
    assert api.patch(f"{PATH}/{pk}", {"label": "x", "expected_version": 1}).status_code == 409
    story = api.get(f"{PATH}/{pk}/story").json()["data"]
    assert (story["memory"]["content"], story["derived"]) == ("Water.", [child])
    assert [each["content"] for each in story["versions"]] == [TEA]
    assert api.get(f"{PATH}/{child}/story").json()["data"]["origins"] == [
        {"parent": pk, "run_id": None}
    ]


def test_forgetting_restoring_and_erasing(api: Api) -> None:
    pk = api.post(PATH, BODY).json()["data"]["id"]
    assert api.delete(f"{PATH}/{pk}").json()["data"] == {"forgotten": 1, "erased": None}
    assert api.get(PATH).json()["data"] == []
    assert api.post(f"{PATH}/{pk}/restore").json()["data"]["state"] == "live"
    other = api.post(PATH, {**BODY, "content": "Two."}).json()["data"]["id"]
    lost = api.post(f"{PATH}/forget", {"ids": [other, str(uuid4())]})
    assert lost.status_code == 404
    gone = api.post(f"{PATH}/forget", {"ids": [pk, other], "erase": True}).json()["data"]
    assert (gone["forgotten"], gone["erased"]["memories"]) == (2, 2)
    assert api.get(f"{PATH}/{pk}").status_code == 404


def test_what_is_not_within_reach_is_not_there(house: House, neighbours: House) -> None:
    private = kept(house)
    shared = kept(house, "We close at six.", visibility="org")
    colleague, stranger = house.api("member"), neighbours.api()
    assert [each["id"] for each in colleague.get(PATH).json()["data"]] == [str(shared.pk)]
    for api, row, code in (
        (colleague, private, 404),
        (colleague, shared, 200),
        (stranger, shared, 404),
    ):
        assert api.get(f"{PATH}/{row.pk}").status_code == code
        assert api.get(f"{PATH}/{row.pk}/story").status_code == code
        assert api.patch(f"{PATH}/{row.pk}", {"confidence": 0.1}).status_code == code
    assert house.api("auditor").get(PATH).status_code == 403
    assert house.api("viewer").post(PATH, BODY).status_code == 403


def test_usage_and_clean_up(house: House, api: Api) -> None:
    for number in range(3):
        api.post(PATH, {**BODY, "content": f"Fact {number}."})
    usage = api.get(f"{PATH}/usage").json()["data"]
    assert (usage["total"], usage["by_owner_type"], usage["never_used"]) == (3, {"user": 3}, 3)
    with house.inside():
        from memory.models import Memory

        Memory.objects.filter(digest__isnull=False).update(created_at="2026-01-01T00:00:00Z")
    asked = {"older_than_days": 30}
    assert api.post(f"{PATH}/clean-up", asked).json()["data"] == {"found": 3, "forgotten": 0}
    done = api.post(f"{PATH}/clean-up", {**asked, "apply": True}).json()["data"]
    assert done == {"found": 3, "forgotten": 3}
    assert house.api("developer").post(f"{PATH}/clean-up", asked).status_code == 403
