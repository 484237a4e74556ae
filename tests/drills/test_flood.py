"""One organization floods ARM; it is held back, and another one's calls all work."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from tests.cast import make_house
from tests.drills.world import World

LIMIT = 3_000  # items a minute
FLOOD, BATCH, HANDS = 60, 250, 8
CALLS, FEW = 25, 5
DOOR = "/api/v1/telemetry/events"
KEPT = "SELECT count(*) FROM telemetry_span WHERE organization_id = %s"


def events(number: int) -> dict[str, Any]:
    named = {
        "event_type": "ToolCall",
        "timestamp": timezone.now().isoformat(),
        "payload": {"run_id": uuid4().hex, "tool_name": "lift"},
    }
    return {"events": [{"event_id": uuid4().hex, **named} for _ in range(number)]}


def test_a_flood_is_held_back_and_others_are_served(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ARM_RATE_LIMITS", f"ingest_items={LIMIT}")
    world.start("web")
    world.wait_until_serving()
    with world.cluster.aimed_at():
        others = make_house("Globex")
        flooding, quiet = world.house.key(), others.key()

    def flood(_: int) -> int:
        status, answer = world.ask("POST", DOOR, events(BATCH), token=flooding, patience=60)
        if status == 200:
            world.acknowledged.note(uuid4(), answer["data"]["accepted"])
        return status

    with ThreadPoolExecutor(HANDS) as hands:
        under_way = hands.map(flood, range(FLOOD))
        served = [
            world.ask("POST", DOOR, events(FEW), token=quiet, patience=60)[0] for _ in range(CALLS)
        ]
        told = Counter(under_way)
    assert served == [200] * CALLS, "nobody else's call fails"
    assert set(told) == {200, 429}, told
    acknowledged = sum(int(line[1]) for line in world.acknowledged.lines())
    assert world.cluster.rows(KEPT, world.house.organization.pk) == [(acknowledged,)]
    assert world.cluster.rows(KEPT, others.organization.pk) == [(CALLS * FEW,)]
