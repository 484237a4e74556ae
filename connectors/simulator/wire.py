"""Putting answers on the wire, also in the ways in which wires fail."""

import contextlib
import json
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler

from connectors.simulator.calls import OK
from connectors.simulator.changes import Json

_LONGEST_HANG = 300.0
_DRIP_EVERY = 0.2
_BROKEN = b'{"data": [{"id": "'
_CHUNK = b'{"id":"more and more"},' * 400


@dataclass(slots=True)
class Reply:
    """What to send. `trouble` names how the sending goes wrong, if it does."""

    status: int
    headers: dict[str, str]
    body: Json | None
    trouble: str | None = None


def send(handler: BaseHTTPRequestHandler, reply: Reply, stopping: threading.Event) -> None:
    """Send the reply. A caller that has gone away is nobody's error."""
    raw = b"" if reply.body is None else json.dumps(reply.body, ensure_ascii=False).encode()
    with contextlib.suppress(OSError):
        if reply.trouble is None:
            _head(handler, reply, len(raw))
            handler.wfile.write(raw)
            handler.wfile.flush()
            return
        handler.close_connection = True
        _TROUBLES[reply.trouble](handler, reply, raw, stopping)


def cut(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
    with contextlib.suppress(OSError):
        connection.close()


def _head(handler: BaseHTTPRequestHandler, reply: Reply, length: int | None) -> None:
    handler.send_response(reply.status)
    handler.send_header("content-type", "application/json")
    if length is None:
        handler.send_header("transfer-encoding", "chunked")
    else:
        handler.send_header("content-length", str(length))
    for name, value in reply.headers.items():
        handler.send_header(name, value)
    if handler.close_connection:
        handler.send_header("connection", "close")
    handler.end_headers()
    handler.wfile.flush()


def _hang(
    _handler: BaseHTTPRequestHandler, _reply: Reply, _raw: bytes, stopping: threading.Event
) -> None:
    stopping.wait(_LONGEST_HANG)


def _drip(
    handler: BaseHTTPRequestHandler, reply: Reply, raw: bytes, stopping: threading.Event
) -> None:
    _head(handler, reply, len(raw))
    for at in range(len(raw)):
        if stopping.wait(_DRIP_EVERY):
            return
        handler.wfile.write(raw[at : at + 1])
        handler.wfile.flush()


def _malformed(
    handler: BaseHTTPRequestHandler, reply: Reply, _raw: bytes, _stopping: threading.Event
) -> None:
    reply.status = OK
    _head(handler, reply, len(_BROKEN))
    handler.wfile.write(_BROKEN)


def _truncated(
    handler: BaseHTTPRequestHandler, reply: Reply, raw: bytes, _stopping: threading.Event
) -> None:
    _head(handler, reply, len(raw))
    handler.wfile.write(raw[: len(raw) // 2])


def _flood(
    handler: BaseHTTPRequestHandler, reply: Reply, _raw: bytes, stopping: threading.Event
) -> None:
    _head(handler, reply, None)
    while not stopping.is_set():
        handler.wfile.write(b"%x\r\n%s\r\n" % (len(_CHUNK), _CHUNK))
        handler.wfile.flush()


_TROUBLES: dict[str, Callable[[BaseHTTPRequestHandler, Reply, bytes, threading.Event], None]] = {
    "hang": _hang,
    "drip": _drip,
    "malformed": _malformed,
    "truncated": _truncated,
    "flood": _flood,
}
