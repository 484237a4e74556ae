"""Requests that are served together are answered as the views answer them one by one."""

import gzip
import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from django.utils import timezone

from telemetry.api.quick import DOORS
from telemetry.api.together import Call, serve_together
from telemetry.models import Rejection, Run, Span
from tests.cast import Api, House
from tests.telemetry.senders import PROTOBUF, Trace, event, send, work

EVENTS, TRACES = "/api/v1/telemetry/events", "/v1/traces"


def call(token: str, body: bytes, *, path: str = EVENTS, kind: str = "", **meta: str) -> Call:
    door = DOORS[path]
    return Call(door, kind or door.kinds[0], token, body, {"REMOTE_ADDR": "127.0.0.1:9", **meta})


def batch(*events: Any) -> bytes:
    return json.dumps({"events": events}).encode()


def told(served: Call) -> Any:
    assert served.answer is not None
    assert served.answer.status == 200, served.answer.body
    return json.loads(served.answer.body)["data"]


def test_each_request_hears_what_became_of_its_own(house: House) -> None:
    token, run = house.key(), uuid4().hex
    first, second = event("RunStart", run), event("ToolCall", run, tool_name="lift")
    old = event("ToolCall", run, timestamp=(timezone.now() - timedelta(days=40)).isoformat())
    calls = [
        call(token, batch(first, second)),
        call(token, batch(first)),
        call(token, batch("nonsense", old, event("RunEnd", run))),
    ]
    serve_together(calls)
    found = [told(each) for each in calls]
    # What stands in two requests is kept once, and counts for one of them.
    assert sum(each["accepted"] for each in found) == 3
    assert sum(each["duplicates"] for each in found) == 1
    assert [each["index"] for each in found[2]["rejected"]] == [0, 1]
    assert found[2]["rejected"][1]["event_id"]
    with house.inside():
        assert Span.objects.count() == Run.objects.get().spans == 3
        assert sum(row.items for row in Rejection.objects.all()) == 2


def test_organizations_and_doors_that_wait_together_stay_apart(
    house: House, neighbours: House
) -> None:
    calls = [
        call(house.key(), batch(event("RunStart", "same run"))),
        call(neighbours.key(), batch(event("RunStart", "same run"))),
        call(house.key(), work().body(), path=TRACES),
        call(neighbours.key(), work().body(), path=TRACES),
    ]
    serve_together(calls)
    assert [each.answer and each.answer.status for each in calls] == [200] * 4
    for mine in (house, neighbours):
        with mine.inside():
            assert (Run.objects.count(), Span.objects.count()) == (2, 5)


BODIES = {
    "fine": batch(event("RunStart", "r")),
    "damaged events": batch("nonsense", {"event_id": 5}),
    "no events": b"{}",
    "no JSON": b"\xff",
    "a hollow bomb": gzip.compress(b" " * (17 * 2**20)),
    "no gzip": b"plain",
}


@pytest.mark.parametrize("what", BODIES)
def test_events_are_answered_as_by_the_view(api: Api, house: House, what: str) -> None:
    packed = {"HTTP_CONTENT_ENCODING": "gzip"} if "bomb" in what or "gzip" in what else {}
    with transaction.atomic():
        view = api.client.post(
            EVENTS, BODIES[what], content_type="application/json", headers=api.headers, **packed
        )
        transaction.set_rollback(True)
    served = call(house.key(), BODIES[what], **packed)
    serve_together([served])
    assert served.answer is not None
    assert (served.answer.status, served.answer.body) == (view.status_code, view.content)


@pytest.mark.parametrize("kind", [PROTOBUF, "application/json"])
@pytest.mark.parametrize("body", [b"\xff\xff", Trace().body()])
def test_traces_are_answered_as_by_the_view(api: Api, house: House, kind: str, body: bytes) -> None:
    view = send(api, body, kind=kind)
    served = call(house.key(), body, path=TRACES, kind=kind)
    serve_together([served])
    assert served.answer is not None
    assert (served.answer.status, served.answer.body) == (view.status_code, view.content)


def test_a_key_without_the_right_is_refused_and_others_are_not(house: House) -> None:
    calls = [
        call(house.key(scopes=["runs.read"]), batch(event("RunStart", "r"))),
        call(house.key(), batch(event("RunStart", "r"))),
    ]
    serve_together(calls)
    assert [each.answer and each.answer.status for each in calls] == [403, 200]
    with house.inside():
        assert Span.objects.count() == 1


def test_whom_nobody_knows_and_who_calls_too_often_is_left_to_the_views(
    house: House, settings: Any
) -> None:
    settings.ARM_RATE_LIMITS = {"ingest": 1}
    token = house.key()
    calls = [call("arm_sk_live_x", b""), *(call(token, batch()) for _ in range(2))]
    serve_together(calls)
    assert calls[0].answer is None
    assert calls[1].answer is not None
    assert calls[1].answer.headers["X-RateLimit-Limit"] == "1"
    assert calls[2].answer is None
