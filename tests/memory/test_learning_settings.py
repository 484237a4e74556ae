"""Who decides what is remembered: set, shown without its key, dropped."""

import pytest

from governance.models import AuditEvent
from memory.models import LearningSetting
from tests.cast import House

KEY = "sk-0123456789abcdef0123"
GOOD = {"base_url": "https://api.openai.com/v1", "model": "gpt-4o-mini", "key": KEY}


def test_a_setting_is_made_changed_and_dropped_and_its_key_never_shown(house: House) -> None:
    api = house.api()
    made = api.post("/memory/learning", GOOD)
    assert made.status_code == 201, made.content
    told = made.json()["data"]
    assert (told["has_key"], told["enriches"], told["extracts"]) == (True, True, False)
    assert KEY not in made.content.decode()

    again = api.post("/memory/learning", {"daily_calls": 7, "extracts": True}).json()["data"]
    assert again["id"] == told["id"]
    assert (again["daily_calls"], again["model"], again["has_key"]) == (7, "gpt-4o-mini", True)
    with house.inside():
        row = LearningSetting.objects.get()
        assert row.key is not None
        assert row.key.reveal() == KEY
        assert KEY not in str(list(AuditEvent.objects.values()))

    assert api.delete(f"/memory/learning/{told['id']}").status_code == 204
    assert api.get("/memory/learning").json()["data"] == []


def test_another_address_drops_the_key(house: House) -> None:
    api = house.api()
    api.post("/memory/learning", GOOD)

    moved = api.post("/memory/learning", {"base_url": "https://api.mistral.ai/v1"})

    assert moved.json()["data"]["has_key"] is False


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"base_url": "https://api.openai.com/v1"}, "model"),
        ({"model": "gpt-4o-mini"}, "base_url"),
        ({**GOOD, "base_url": "http://169.254.169.254/v1"}, "base_url"),
        ({**GOOD, "base_url": "file:///etc/passwd"}, "base_url"),
        ({"extracts": True}, "extracts"),
        ({**GOOD, "daily_cost": "-1"}, "daily_cost"),
        ({**GOOD, "daily_calls": -1}, "daily_calls"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(
    house: House, said: dict[str, object], field: str
) -> None:
    answer = house.api().post("/memory/learning", said)

    assert answer.status_code == 400
    assert field in answer.json()["error"]["details"]["fields"]


def test_only_who_manages_memory_sets_it_and_a_stranger_finds_none(
    house: House, neighbours: House
) -> None:
    made = house.api("admin").post("/memory/learning", GOOD).json()["data"]

    assert house.api("developer").post("/memory/learning", GOOD).status_code == 403
    assert neighbours.api().delete(f"/memory/learning/{made['id']}").status_code == 404
    assert neighbours.api().get("/memory/learning").json()["data"] == []
