"""How the client behaves towards hosts that are slow, huge, broken or honest."""

import gzip
import socket
import time
from decimal import Decimal

import httpx2
import pytest

from armproject.lib import context
from armproject.lib.http import Client, Reach, Reply
from armproject.lib.secret import Secret
from tests.lib.loopback import failure

KEY = "sk-canary-0123456789abcdef"


def test_an_answer_comes_back_whole(listen, answer, connect):
    listener = listen(lambda _: answer(b'{"cost": 0.10, "n": 3}', X_Request_ID="r1"))
    reply = connect(listener, "/v1").get("/costs", params=[("group_by[]", "model"), ("limit", "7")])
    assert (reply.status, reply.headers["x-request-id"]) == (200, "r1")
    assert reply.json() == {"cost": Decimal("0.10"), "n": 3}
    assert isinstance(reply.json()["cost"], Decimal)
    assert listener.requests[0].startswith(b"GET /v1/costs?group_by%5B%5D=model&limit=7 HTTP/1.1")


def test_a_connection_is_used_again(listen, answer, connect):
    listener = listen(lambda _: answer())
    client = connect(listener)
    for _ in range(3):
        client.get("/")
    assert (listener.accepted, len(listener.requests)) == (1, 3)


def test_json_goes_out_with_secrets_in_clear_only_on_the_wire(listen, answer, connect):
    listener = listen(lambda _: answer(b"", 201))
    client = connect(listener, headers={"Authorization": Secret(f"Bearer {KEY}")})
    reply = client.post("/agents", json={"name": "a"}, headers={"X-Beta": "agents=v1"})
    head, _, body = listener.requests[0].partition(b"\r\n\r\n")
    assert reply.status == 201
    assert f"authorization: Bearer {KEY}".encode() in head
    assert b"x-beta: agents=v1" in head
    assert b"accept-encoding: gzip" in head
    assert body == b'{"name":"a"}'
    assert KEY not in repr(vars(client))


def test_the_other_side_learns_which_request_of_ours_this_is(connect):
    seen = {}
    client = connect(lambda request: seen.update(request.headers) or httpx2.Response(200))
    request = context.RequestInfo(request_id="req-1", trace_id="a" * 32, span_id="b" * 16)
    with context.use(context.Context(request=request)):
        client.get("/")
    assert seen["x-request-id"] == "req-1"
    assert seen["traceparent"] == f"00-{'a' * 32}-{'b' * 16}-01"


@pytest.mark.parametrize("status", [200, 204, 301, 400, 401, 403, 404, 409, 422])
def test_every_plain_status_is_an_answer_at_the_first_try(connect, status):
    calls = []
    client = connect(lambda request: calls.append(1) or httpx2.Response(status))
    assert client.get("/").status == status
    assert len(calls) == 1


def test_a_drip_is_cut_at_the_deadline(listen, connect):
    def drip(_request):
        yield b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n"
        for _ in range(100):
            time.sleep(0.05)
            yield b"x"

    listener, started = listen(drip), time.monotonic()
    failed = failure(lambda: connect(listener, deadline=0.5).get("/"))
    assert failed.fault == "timeout"
    assert 0.4 < time.monotonic() - started < 2
    assert listener.hung_up.wait(1)


def test_headers_that_never_end_are_cut_at_the_deadline(listen, connect):
    def drip(_request):
        yield b"HTTP/1.1 100 Continue\r\n\r\n"
        for number in range(100):
            time.sleep(0.05)
            yield b"HTTP/1.1 100 Continue\r\nx-%d: y\r\n\r\n" % number

    started = time.monotonic()
    assert failure(lambda: connect(listen(drip), deadline=0.4).get("/")).fault == "timeout"
    assert time.monotonic() - started < 2


def test_a_host_that_takes_the_request_and_is_silent_costs_no_more_than_the_deadline(
    listen, connect
):
    def silent(_request):
        time.sleep(5)
        return b""

    listener, started = listen(silent), time.monotonic()
    assert failure(lambda: connect(listener, deadline=0.3).get("/")).fault == "timeout"
    assert time.monotonic() - started < 2
    assert len(listener.requests) == 1


def test_a_host_that_does_not_take_the_request_costs_no_more_than_the_deadline():
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        authority = f"127.0.0.1:{deaf.getsockname()[1]}"
        reach = Reach(frozenset({authority}))
        started = time.monotonic()
        with Client(f"http://{authority}", headers={}, reach=reach, deadline=0.3) as client:
            assert failure(lambda: client.post("/", content=bytes(2**25))).fault == "timeout"
        assert time.monotonic() - started < 2


def test_a_connection_left_over_from_one_call_obeys_the_deadline_of_the_next(listen, connect):
    def second_is_slow(request):
        time.sleep(5 if b"slow" in request else 0)
        return b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"

    listener = listen(second_is_slow)
    client = connect(listener, deadline=0.5)
    assert client.get("/fast").status == 200
    time.sleep(0.4)
    assert client.get("/fast").status == 200
    started = time.monotonic()
    assert failure(lambda: client.get("/slow")).fault == "timeout"
    assert 0.4 < time.monotonic() - started < 2
    assert listener.accepted == 1


def test_a_gzip_answer_is_unpacked(listen, answer, connect):
    packed = gzip.compress(b'{"a": 1}')
    listener = listen(lambda _: answer(packed, content_encoding="gzip"))
    assert connect(listener).get("/").json() == {"a": 1}


def test_a_gzip_bomb_is_defused(listen, answer, connect):
    bomb = gzip.compress(bytes(64 * 2**20), 9)
    listener = listen(lambda _: answer(bomb, content_encoding="gzip"))
    started = time.monotonic()
    failed = failure(lambda: connect(listener, max_bytes=2**20).get("/"))
    assert (failed.fault, failed.message) == ("too_large", "The answer is larger than 1 MiB.")
    assert time.monotonic() - started < 2


def test_an_answer_without_end_is_given_up_at_the_limit(listen, connect):
    sent = []

    def flood(_request):
        yield b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"
        for _ in range(1000):
            sent.append(1)
            yield b"10000\r\n" + bytes(65536) + b"\r\n"

    listener = listen(flood)
    assert failure(lambda: connect(listener, max_bytes=2**18).get("/")).fault == "too_large"
    assert listener.hung_up.wait(2)
    assert len(sent) < 1000


@pytest.mark.parametrize(
    "headers",
    [{"content_encoding": "br"}, {"content_encoding": "gzip"}, {"content_encoding": "gzip, gzip"}],
)
def test_what_cannot_be_unpacked_is_malformed(listen, answer, connect, headers):
    listener = listen(lambda _: answer(b"plain words", **headers))
    assert failure(lambda: connect(listener).get("/")).fault == "malformed"


@pytest.mark.parametrize(
    "bytes_sent", [b"SSH-2.0-OpenSSH\r\n", b"", b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nx"]
)
def test_a_host_that_breaks_off_is_unavailable_and_tried_again_for_a_get(
    listen, connect, bytes_sent
):
    def once(_request):
        yield bytes_sent
        raise OSError

    listener = listen(once)
    assert failure(lambda: connect(listener, attempts=2).get("/")).fault == "unavailable"
    assert len(listener.requests) == 2
    assert failure(lambda: connect(listener, attempts=2).post("/")).fault == "unavailable"
    assert len(listener.requests) == 3


def test_a_flood_of_headers_is_refused(listen, connect):
    head = b"HTTP/1.1 200 OK\r\n" + b"x-pad: %s\r\n" % (b"y" * 2**20)
    assert failure(lambda: connect(listen(lambda _: head), attempts=1).get("/")).fault in {
        "unavailable",
        "malformed",
    }


@pytest.mark.parametrize("body", [b"<html>", b"", b'{"a": NaN}', b"[" * 200, b"\xff"])
def test_an_answer_that_is_no_json_is_malformed_and_not_repeated_to_the_reader(body):
    failed = failure(Reply(200, {}, body, 1).json)
    assert failed.fault == "malformed"
    assert "html" not in failed.message
    assert failed.__context__ is None


def test_a_client_opens_nothing_before_it_is_asked_to(listen, answer, connect):
    listener = listen(lambda _: answer())
    connect(listener)
    started = time.process_time()
    for _ in range(100):
        connect(listener)
    assert time.process_time() - started < 0.1
    assert listener.accepted == 0
