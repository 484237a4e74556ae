"""Who subscribes hears what agents did, once, and nothing of what was said."""

import json
from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from armproject.lib.secret import Secret
from jobs.actions.create_subscription import create_subscription
from jobs.models import OutboxEvent
from telemetry.actions.tell_news import TOPICS
from tests.cast import House


def event(run: str, kind: str, **payload: Any) -> dict[str, Any]:
    return {
        "event_id": f"{run}{kind}",
        "event_type": kind,
        "timestamp": timezone.now().isoformat(),
        "payload": {"run_id": run, **payload},
    }


@pytest.fixture
def listener(house: House) -> None:
    with house.inside():
        house.open_hosts("127.0.0.1:9")
        create_subscription("All", address=Secret("http://127.0.0.1:9/"), topics=list(TOPICS))


def test_a_run_its_tools_and_messages_are_told_once(house: House, listener: None) -> None:
    run = uuid4().hex
    sent = [
        event(run, "RunStart"),
        event(run, "message.user", text="canary of what was said"),
        event(run, "ToolCall", tool_name="lift"),
        event(run, "RunEnd", status="failed"),
    ]
    for _ in range(2):
        assert house.api("member").post("/telemetry/events", {"events": sent}).status_code == 200
    with house.inside():
        told = list(OutboxEvent.objects.values_list("topic", "payload"))
    assert sorted(topic for topic, _ in told) == sorted(TOPICS)
    assert "canary" not in json.dumps(told)
    (ended,) = (payload["ended_at"] for topic, payload in told if topic == "run.finished")
    assert datetime.fromisoformat(ended).isoformat() == ended


def test_where_nobody_listens_nothing_is_written(house: House) -> None:
    run = uuid4().hex
    house.api("member").post("/telemetry/events", {"events": [event(run, "ToolCall")]})
    with house.inside():
        assert not OutboxEvent.objects.exists()
