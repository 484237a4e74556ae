"""The four stores: written, listed, deleted, and who may."""

from datetime import timedelta

import pytest
from django.utils import timezone

from memory.actions.write_core import write_core
from memory.actions.write_proactive import write_proactive
from memory.drafts import instant
from memory.models import Memory, MemoryVersion
from memory.owners import Owner
from tests.cast import House

USER = Owner("user", "u-1")
MINE = {"owner_type": "user", "owner_id": "u-1"}
GOOD = {
    "core": {"key": "city", "value": "Lisbon"},
    "associative": {
        "label": "Grace",
        "content": "Grace is Ada's manager.",
        "entity_type": "person",
        "entity_id": "p-7",
        "metadata": {"since": 2024},
    },
    "episodic": {"session_id": "s-1", "summary": "They planned May.", "key_entities": ["May"]},
    "proactive": {
        "pattern_type": "habit",
        "description": "Asks for invoices on Fridays.",
        "confidence": 0.8,
        "last_detected_at": "2026-11-01T12:00:00Z",
    },
}


@pytest.mark.parametrize("store", GOOD)
def test_what_is_written_to_a_store_is_listed_there_and_gone_once_deleted(
    house: House, store: str
) -> None:
    api = house.api()
    written = api.post(f"/memory/{store}", {**MINE, **GOOD[store]})
    assert written.status_code == 201, written.content
    told = written.json()["data"]
    assert {name: told[name] for name in GOOD[store] if name != "metadata"} == {
        name: value for name, value in GOOD[store].items() if name != "metadata"
    }

    (listed,) = api.get(f"/memory/{store}", **MINE).json()["data"]
    assert listed == told
    for other in GOOD.keys() - {store}:
        assert api.get(f"/memory/{other}").json()["data"] == []
        assert api.delete(f"/memory/{other}/{told['id']}").status_code == 404

    assert api.delete(f"/memory/{store}/{told['id']}").status_code == 204
    assert api.get(f"/memory/{store}").json()["data"] == []
    assert api.delete(f"/memory/{store}/{told['id']}").status_code == 404


@pytest.mark.parametrize("store", GOOD)
def test_a_stranger_and_a_colleague_without_the_right_find_nothing(
    house: House, neighbours: House, store: str
) -> None:
    told = house.api().post(f"/memory/{store}", {**MINE, **GOOD[store]}).json()["data"]

    for api in (neighbours.api(), house.api("member")):
        assert api.get(f"/memory/{store}").json()["data"] == []
        assert api.delete(f"/memory/{store}/{told['id']}").status_code == 404
    assert house.api("viewer").post(f"/memory/{store}", GOOD[store]).status_code == 403


def test_a_key_written_again_is_changed_and_its_former_value_stays(house: House) -> None:
    with house.inside():
        first, again = write_core(USER, "city", "Porto"), write_core(USER, "city", "Lisbon")
        other = write_core(Owner("user", "u-2"), "city", "Rome")

        assert (first.is_new, again.is_new, other.is_new) == (True, False, True)
        assert Memory.objects.get(pk=first.memory.pk).content == "Lisbon"
        assert MemoryVersion.objects.get().content == "Porto"
        assert Memory.objects.get(pk=first.memory.pk).is_trusted


def test_a_pattern_detected_again_is_brought_up_to_date(house: House) -> None:
    now = timezone.now()
    told = {"pattern_type": "topic", "description": "Asks about Lisbon.", "subject": "lisbon"}
    with house.inside():
        first = write_proactive(USER, **told, confidence=0.5, last_detected_at=now)
        later = now + timedelta(hours=6)
        changed = {**told, "description": "Often asks about Lisbon."}
        again = write_proactive(USER, **changed, confidence=0.7, last_detected_at=later)

        assert not again.is_new
        row = Memory.objects.get(pk=first.memory.pk)
        assert row.content == "Often asks about Lisbon."
        assert row.confidence == 0.7
        assert row.metadata["last_detected_at"] == instant(later)
        assert "lisbon" not in row.key


def test_the_newest_episodes_come_first_and_pages_bound_them(house: House) -> None:
    api = house.api()
    for number in range(4):
        api.post("/memory/episodic", {"session_id": f"s-{number}", "summary": f"Day {number}."})

    listed = api.get("/memory/episodic", perPage=3).json()["data"]

    assert [each["summary"] for each in listed] == ["Day 3.", "Day 2.", "Day 1."]


def test_what_a_program_writes_is_not_taken_for_what_a_person_wrote(house: House) -> None:
    told = house.api().post("/memory/core", {"key": "tone", "value": "friendly"}).json()["data"]

    assert told["is_trusted"] is False


@pytest.mark.parametrize(
    ("store", "body", "field"),
    [
        ("core", {"key": "", "value": "x"}, "key"),
        ("core", {"key": "a", "value": " "}, "content"),
        ("associative", {"label": ""}, "label"),
        (
            "episodic",
            {"session_id": "s", "summary": "x", "key_entities": ["a"] * 51},
            "key_entities",
        ),
        ("proactive", {"pattern_type": "a\u0007", "description": "x"}, "pattern_type"),
        ("proactive", {"pattern_type": "a", "description": "x", "confidence": 1.5}, "confidence"),
    ],
)
def test_what_cannot_be_kept_is_refused_beside_its_field(
    house: House, store: str, body: dict[str, object], field: str
) -> None:
    answer = house.api().post(f"/memory/{store}", body)

    assert answer.status_code == 400
    assert field in answer.json()["error"]["details"]["fields"]
