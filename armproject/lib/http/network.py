"""The wire: names are resolved once, every address is checked, and nothing outlives the deadline.

Connections are dialled to the checked address, while Host header and TLS keep the name, so a name
that changes its mind between check and call changes nothing.
"""

import logging
import socket
import ssl
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any

import httpcore2
import httpx2

from armproject.lib.http.addresses import parse_address
from armproject.lib.http.destination import Reach, forbidden

MAX_ADDRESSES = 4
MAX_CONNECTIONS = 16
KEEP_ALIVE = 30.0
CONNECT_TIMEOUT = 5.0
WRITE_PIECE = 16 * 1024

Resolve = Callable[[str, int], Sequence[str]]

# Its debug lines hold response headers, which may hold what nobody should read in a log.
logging.getLogger("httpcore2").setLevel(logging.WARNING)

_deadline: ContextVar[float] = ContextVar("arm_http_deadline")


@contextmanager
def until(moment: float) -> Iterator[None]:
    """Bound all network work of the block by a moment of `time.monotonic()`."""
    token = _deadline.set(moment)
    try:
        yield
    finally:
        _deadline.reset(token)


def remaining() -> float:
    """Return the seconds until the deadline of this call, negative when it has passed."""
    return _deadline.get() - time.monotonic()


def time_left() -> float:
    """Return the seconds until the deadline of this call; raises ReadTimeout when it has passed."""
    left = remaining()
    if left <= 0:
        raise httpcore2.ReadTimeout("deadline")
    return left


def system_resolve(host: str, port: int) -> Sequence[str]:
    """Return the addresses of a name, v6 and v4, as the machine's resolver orders them."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(sockaddr[0]) for *_, sockaddr in found]


class GuardedTransport(httpx2.BaseTransport):
    """Connections of one client. `resolve` and `wire` stand in for name server and sockets."""

    def __init__(
        self,
        reach: Reach,
        *,
        resolve: Resolve = system_resolve,
        wire: httpcore2.NetworkBackend | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._pool = httpcore2.ConnectionPool(
            ssl_context=tls or _system_tls(),
            max_connections=MAX_CONNECTIONS,
            keepalive_expiry=KEEP_ALIVE,
            http2=False,
            network_backend=_Guard(reach, resolve, wire or httpcore2.SyncBackend()),
        )

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        left = time_left()
        timeout = {
            "connect": min(left, CONNECT_TIMEOUT),
            "read": left,
            "write": left,
            "pool": left,
        }
        url = httpcore2.URL(
            scheme=request.url.raw_scheme,
            host=request.url.raw_host,
            port=request.url.port,
            target=request.url.raw_path,
        )
        answer = self._pool.handle_request(
            httpcore2.Request(
                request.method,
                url,
                headers=request.headers.raw,
                content=request.stream,
                extensions={"timeout": timeout},
            )
        )
        return httpx2.Response(answer.status, headers=answer.headers, stream=_Body(answer.stream))

    def close(self) -> None:
        self._pool.close()


class _Body(httpx2.SyncByteStream):
    """The bytes of an answer as they come in."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def __iter__(self) -> Iterator[bytes]:
        yield from self._stream

    def close(self) -> None:
        self._stream.close()


class _Guard(httpcore2.NetworkBackend):
    """Dials only addresses that may be called."""

    def __init__(self, reach: Reach, resolve: Resolve, wire: httpcore2.NetworkBackend) -> None:
        self._reach = reach
        self._resolve = resolve
        self._wire = wire

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.NetworkStream:
        latest = time.monotonic() + min(time_left(), timeout or CONNECT_TIMEOUT)
        addresses = self._checked_addresses(host, port, latest)
        for remaining in range(len(addresses), 1, -1):
            share = (latest - time.monotonic()) / remaining
            try:
                return self._dial(addresses[-remaining], port, share, socket_options)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout):
                continue
        return self._dial(addresses[-1], port, latest - time.monotonic(), socket_options)

    def connect_unix_socket(self, *_args: object, **_kwargs: object) -> httpcore2.NetworkStream:
        raise forbidden()

    def _checked_addresses(self, host: str, port: int, latest: float) -> list[str]:
        """Return the addresses to dial; one bad address condemns the whole name."""
        literal = parse_address(host)
        names = [host] if literal else _bounded(self._resolve, host, port, latest)
        addresses = [parse_address(name) for name in dict.fromkeys(names)]
        shown = f"[{host}]" if ":" in host else host
        checked = [
            str(address)
            for address in addresses
            if address is not None and self._reach.admits(address, shown, port)
        ]
        if len(checked) != len(addresses) or not checked:
            raise forbidden()
        return checked[:MAX_ADDRESSES]

    def _dial(
        self,
        address: str,
        port: int,
        timeout: float,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None,
    ) -> httpcore2.NetworkStream:
        if timeout <= 0:
            raise httpcore2.ConnectTimeout("deadline")
        return _TimedStream(
            self._wire.connect_tcp(address, port, timeout, socket_options=socket_options)
        )


class _TimedStream(httpcore2.NetworkStream):
    """A stream whose every step ends with the deadline of the call that uses it now."""

    def __init__(self, inner: httpcore2.NetworkStream) -> None:
        self._inner = inner

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, _cap(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        # Piece by piece, because a socket's time-out starts anew whenever the host takes a byte.
        for start in range(0, len(buffer), WRITE_PIECE):
            self._inner.write(buffer[start : start + WRITE_PIECE], _cap(timeout))

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore2.NetworkStream:
        return _TimedStream(self._inner.start_tls(ssl_context, server_hostname, _cap(timeout)))

    def close(self) -> None:
        self._inner.close()

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


def _cap(timeout: float | None) -> float:
    left = time_left()
    return left if timeout is None else min(left, timeout)


def _bounded(resolve: Resolve, host: str, port: int, latest: float) -> Sequence[str]:
    """Resolve in a thread of its own, because the system's resolver knows no time-out."""
    answers: SimpleQueue[Sequence[str] | None] = SimpleQueue()

    def ask() -> None:
        try:
            answers.put(resolve(host, port))
        except (OSError, UnicodeError):
            answers.put(None)

    Thread(target=ask, name="arm-resolve", daemon=True).start()
    try:
        found = answers.get(timeout=max(latest - time.monotonic(), 0.001))
    except Empty:
        raise httpcore2.ConnectTimeout("resolve") from None
    if not found:
        raise httpcore2.ConnectError("resolve")
    return found


@lru_cache(maxsize=1)
def _system_tls() -> ssl.SSLContext:
    """Return the machine's trusted roots, read once: it costs as much as a handshake."""
    return httpcore2.default_ssl_context()
