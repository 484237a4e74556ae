"""When the client tries again, and when it leaves a host alone."""

import time
from email.utils import formatdate

import httpx2
import pytest

from armproject.lib import lanes
from armproject.lib.http import Reply, RequestFailed
from armproject.lib.http.retrying import asked_pause, pause_before, worth_repeating
from tests.lib.loopback import failure, in_turn


def test_a_busy_host_is_asked_again_after_the_time_it_named(connect):
    client = connect(
        in_turn(
            httpx2.Response(429, headers={"retry-after-ms": "150"}),
            httpx2.Response(503, headers={"retry-after": "0.15"}),
            httpx2.Response(200),
        )
    )
    started = time.monotonic()
    assert client.post("/").status == 200
    assert 0.3 <= time.monotonic() - started < 2


def test_a_host_that_asks_for_more_time_than_there_is_gets_its_say_at_once(connect):
    client = connect(in_turn(httpx2.Response(429, headers={"retry-after": "60"})), deadline=5)
    started = time.monotonic()
    reply = client.get("/")
    assert (reply.status, reply.headers["retry-after"]) == (429, "60")
    assert time.monotonic() - started < 2


def test_attempts_end_with_the_last_answer(connect):
    calls = []
    client = connect(
        lambda _: calls.append(1) or httpx2.Response(529, headers={"retry-after-ms": "1"})
    )
    assert client.get("/").status == 529
    assert len(calls) == 3


def test_an_answer_is_worth_more_than_the_failure_that_followed_it(connect):
    busy = httpx2.Response(503, headers={"retry-after-ms": "1"})
    assert connect(in_turn(busy, httpx2.ConnectError("gone"))).get("/").status == 503


@pytest.mark.parametrize(
    ("method", "status", "repeated"),
    [
        ("GET", 408, True),
        ("GET", 429, True),
        ("GET", 500, True),
        ("GET", 504, True),
        ("GET", 409, False),
        ("GET", 404, False),
        ("POST", 408, False),
        ("POST", 500, False),
        ("POST", 502, False),
        ("POST", 429, True),
        ("POST", 503, True),
        ("POST", 529, True),
        ("DELETE", 500, False),
    ],
)
def test_what_may_have_been_done_is_not_asked_for_twice(method, status, repeated):
    assert worth_repeating(method, Reply(status, {}, b"", 1)) is repeated


@pytest.mark.parametrize(
    ("error", "fault", "gets", "posts"),
    [
        (httpx2.ConnectError("x"), "unavailable", 2, 2),
        (httpx2.ConnectTimeout("x"), "timeout", 2, 2),
        (httpx2.ReadError("x"), "unavailable", 2, 1),
        (httpx2.ReadTimeout("x"), "timeout", 2, 1),
        (httpx2.RemoteProtocolError("x"), "unavailable", 2, 1),
    ],
)
def test_a_post_is_repeated_only_when_it_never_left(connect, error, fault, gets, posts):
    for method, expected in (("GET", gets), ("POST", posts)):
        calls = []

        def broken(_request, calls=calls):
            calls.append(1)
            raise error

        client = connect(broken, attempts=2)
        assert failure(lambda c=client, m=method: c.request(m, "/")).fault == fault
        assert len(calls) == expected


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "7"}, 7),
        ({"retry-after": "7", "retry-after-ms": "250"}, 0.25),
        ({"retry-after": formatdate(1_000_030, usegmt=True)}, 30),
        ({"retry-after": formatdate(999_000, usegmt=True)}, 0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-5"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "٣"}, None),
        ({"retry-after": "9" * 400}, None),
        ({"retry-after-ms": "1e9", "retry-after": "2"}, 2),
        ({"retry-after": "Mon, 01 Jan 99999 00:00:00 GMT"}, None),
    ],
)
def test_the_pause_a_host_asks_for_is_read_with_care(headers, seconds):
    assert asked_pause(headers, now=1_000_000) == seconds


def test_our_own_pauses_grow_and_differ():
    failed = RequestFailed("unavailable", "")
    pauses = [[pause_before(attempt, failed, 0) for _ in range(50)] for attempt in (2, 3, 9)]
    assert all(0.25 <= pause <= 0.5 for pause in pauses[0])
    assert all(0.5 <= pause <= 1 for pause in pauses[1])
    assert all(4 <= pause <= 8 for pause in pauses[2])
    assert len(set(pauses[0])) > 40


def test_a_failing_host_is_left_alone_until_it_had_time_to_rest(listen, answer, connect):
    lanes.forget_lanes()
    listener = listen(lambda _: answer(b"", 500))
    for _ in range(lanes.FAILURES):
        assert connect(listener, attempts=1).get("/").status == 500
    refused = failure(lambda: connect(listener).get("/"))
    assert refused.fault == "breaker_open"
    assert 0 < refused.retry_after <= lanes.COOL_DOWN
    assert len(listener.requests) == lanes.FAILURES


@pytest.mark.parametrize("status", [400, 401, 403, 404, 429])
def test_one_tenants_bad_request_never_closes_the_road_for_all(listen, answer, connect, status):
    listener = listen(lambda _: answer(b"", status))
    for _ in range(2 * lanes.FAILURES):
        assert connect(listener, attempts=1).get("/").status == status


def test_timeouts_close_the_road_too(listen, connect):
    listener = listen(lambda _: time.sleep(0.5) or b"")
    for _ in range(lanes.FAILURES):
        assert failure(lambda: connect(listener, deadline=0.05).get("/")).fault == "timeout"
    assert failure(lambda: connect(listener).get("/")).fault == "breaker_open"


def test_a_full_lane_is_said_so(connect):
    lane = lanes.shared_lane("busy vendor")
    client = connect(lambda _: httpx2.Response(200), lane="busy vendor", deadline=0.2)
    held = [lane.enter() for _ in range(lanes.SLOTS)]
    for slot in held:
        slot.__enter__()
    refused = failure(lambda: client.get("/"))
    held.pop().__exit__(None, None, None)
    assert (refused.fault, refused.retry_after) == ("lane_full", 1.0)
    assert client.get("/").status == 200
    for slot in held:
        slot.__exit__(None, None, None)
