"""Poison among what agents send: it is put aside alone, people can look, and the rest is kept."""

from typing import Any
from uuid import uuid4

from django.utils import timezone

from tests.drills.world import World

BATCHES, SIZE = 12, 25
KEPT = (
    "SELECT attributes_json::json->>'outcome' FROM telemetry_span"
    " WHERE kind = 'evaluation' ORDER BY 1"
)
ASIDE = "SELECT item_id, reason FROM telemetry_quarantined"


def event(name: str) -> dict[str, Any]:
    return {
        "event_id": name,
        "event_type": "Outcome",
        "timestamp": timezone.now().isoformat(),
        "payload": {"run_id": uuid4().hex, "outcome": name},
    }


def test_poisonous_items_are_put_aside_and_all_others_are_kept(world: World) -> None:
    world.start("web")
    world.wait_until_serving()
    with world.cluster.aimed_at():
        token = world.house.key()
    poison = set()
    for batch in range(BATCHES):
        events = [event(f"{batch}-{n}") for n in range(SIZE)]
        place = world.dice.randrange(SIZE)
        events[place]["event_type"] = "Unheard"
        poison.add(events[place]["event_id"])
        body = {"events": events}
        status, answer = world.ask("POST", "/api/v1/telemetry/events", body, token=token)
        assert status == 200, answer
        assert [each["index"] for each in answer["data"]["rejected"]] == [place]
        for number, each in enumerate(events):
            if number != place:
                world.acknowledged.note(each["event_id"])
    kept = [row[0] for row in world.cluster.rows(KEPT)]
    assert kept == sorted(world.acknowledged.count()), "what was acknowledged is kept, once"
    aside = world.cluster.rows(ASIDE)
    assert {item for item, _ in aside} == poison
    root = "/api/v1/telemetry/quarantine"
    _, listed = world.ask("GET", root, token=token)
    first = listed["data"][0]["id"]
    status, opened = world.ask("POST", f"{root}/{first}/open", token=token)
    assert (status, opened["data"]["content"]["event"]["event_type"]) == (200, "Unheard")
    replay = {"reason": aside[0][1]}
    status, answer = world.ask("POST", f"{root}/replay", replay, token=token)
    assert (status, answer["data"]) == (200, {"kept": 0, "refused": BATCHES})
