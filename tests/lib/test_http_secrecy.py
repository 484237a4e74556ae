"""What a call must not tell: addresses, headers and bodies stay out of logs and errors."""

import logging
import traceback

import httpx2
import pytest

from armproject.lib.http import Reply
from armproject.lib.secret import Secret
from tests.lib.loopback import failure

KEY = "sk-canary-0123456789abcdef"


def test_neither_logs_nor_errors_tell_addresses_headers_or_bodies(listen, answer, connect, caplog):
    caplog.set_level(logging.DEBUG)
    mark = KEY.split("-")[1]
    listener = listen(lambda _: answer(mark.encode(), 500, set_cookie=mark))
    client = connect(
        listener, f"/{mark}", headers={"x-api-key": Secret(mark)}, attempts=1, max_bytes=4
    )
    failed = failure(lambda: client.get(f"/{mark}", params=[("key", mark)]))
    told = "".join(traceback.format_exception(failed)) + repr(failed.__dict__) + repr(failed.args)
    for record in caplog.records:
        told += f"{record.getMessage()} {record.__dict__}"
    assert "Outgoing call" in told
    assert mark not in told
    assert mark.encode() in listener.requests[0]
    assert (failed.__cause__, failed.__context__) == (None, None)


def test_a_reply_in_a_traceback_shows_no_content():
    shown = repr(Reply(200, {"set-cookie": "canary"}, b"canary", 3))
    assert "canary" not in shown
    assert "200" in shown


@pytest.mark.parametrize("value", [f"{KEY}\n", f"{KEY}\r\nx: y", f"{KEY}\0", f" {KEY}", f"é{KEY}"])
def test_a_credential_that_cannot_stand_in_a_header_is_refused_unseen(connect, value):
    sent = []
    client = connect(
        lambda request: sent.append(request) or httpx2.Response(200),
        headers={"x-api-key": Secret(value)},
    )
    failed = failure(lambda: client.get("/"))
    assert (failed.fault, sent) == ("malformed", [])
    assert "x-api-key" in failed.message
    assert KEY not in "".join(traceback.format_exception(failed))
    assert failed.__context__ is None


@pytest.mark.parametrize(
    "name", ["Host", "content-length", "Transfer-Encoding", "connection", "x\r\ny", "", "x y"]
)
def test_callers_do_not_set_headers_that_decide_who_is_spoken_to(connect, name):
    sent = []
    client = connect(lambda request: sent.append(request) or httpx2.Response(200))
    assert failure(lambda: client.get("/", headers={name: "v"})).fault == "malformed"
    assert sent == []
