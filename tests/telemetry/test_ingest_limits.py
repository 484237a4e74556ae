"""What an organization may send is limited by volume, in the words of whoever sends."""

import json
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from accounts.calls import meter
from tests.cast import House


@pytest.fixture(autouse=True)
def fresh_meter() -> None:
    meter.cache_clear()


def events(number: int) -> dict[str, Any]:
    at = timezone.now().isoformat()
    payload = {"run_id": uuid4().hex, "tool_name": "lift"}
    named = {"event_type": "ToolCall", "timestamp": at, "payload": payload}
    return {"events": [{"event_id": uuid4().hex, **named} for _ in range(number)]}


def test_items_beyond_the_limit_are_refused_with_when_to_come_back(
    house: House, neighbours: House, settings: Any
) -> None:
    settings.ARM_RATE_LIMITS = {**settings.ARM_RATE_LIMITS, "ingest_items": 10}
    api = house.api("member")
    assert api.post("/telemetry/events", events(10)).status_code == 200
    refused = api.post("/telemetry/events", events(10))
    assert (refused.status_code, refused.json()["error"]["code"]) == (429, "RATE_LIMITED")
    assert int(refused.headers["Retry-After"]) >= 1
    assert neighbours.api("member").post("/telemetry/events", events(10)).status_code == 200


def test_bytes_beyond_the_limit_are_refused_in_otlps_own_encoding(
    house: House, settings: Any
) -> None:
    settings.ARM_RATE_LIMITS = {**settings.ARM_RATE_LIMITS, "ingest_kib": 4}
    api = house.api("member")
    body = json.dumps({"resourceSpans": [], "filler": "x" * 4_000})
    send = {"data": body, "content_type": "application/json", "headers": api.headers}
    assert api.client.post("/v1/traces", **send).status_code == 200
    refused = api.client.post("/v1/traces", **send)
    assert refused.status_code == 429
    assert refused.json()["code"] == 8
    assert int(refused.headers["Retry-After"]) >= 1


def test_an_organization_has_limits_of_its_own_for_telemetry(
    house: House, neighbours: House
) -> None:
    path = f"/organizations/{house.organization.pk}"
    assert house.api().patch(path, {"ingest_items_limit": 10}).status_code == 200
    api = house.api("member")
    assert api.post("/telemetry/events", events(10)).status_code == 200
    assert api.post("/telemetry/events", events(10)).status_code == 429
    assert api.get("/runs").status_code == 200
    assert neighbours.api("member").post("/telemetry/events", events(20)).status_code == 200
