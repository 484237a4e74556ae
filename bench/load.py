"""A load generator that costs little itself: kept-alive sockets and requests made once."""

import re
import selectors
import socket
import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

LENGTH = re.compile(rb"(?i)content-length: *([0-9]+)")


@dataclass
class Result:
    """What a round of load showed: requests a second, and the answers' median time in ms."""

    per_second: float
    median_ms: float


class Connection:
    """One kept-alive connection that sends the same request again and again."""

    def __init__(self, port: int, path: str, headers: dict[str, str]) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        lines = [f"{path} HTTP/1.1", f"Host: 127.0.0.1:{port}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        self.head = "\r\n".join(lines)
        self.request = f"GET {self.head}\r\n\r\n".encode()

    def ask(self) -> bytes:
        """Send the request and return the body; anything but 200 is an error."""
        self.socket.sendall(self.request)
        return self._answer()

    def post(self, body: bytes) -> bytes:
        """Send a body and return the answer's; anything but 200 is an error."""
        head = f"POST {self.head}\r\nContent-Length: {len(body)}\r\n\r\n"
        self.socket.sendall(head.encode() + body)
        return self._answer()

    def _answer(self) -> bytes:
        data = b""
        while b"\r\n\r\n" not in data:
            data += self._more()
        head, _, body = data.partition(b"\r\n\r\n")
        if b" 200 " not in head.split(b"\r\n", 1)[0]:
            raise RuntimeError(head.split(b"\r\n", 1)[0].decode() + " " + body[:300].decode())
        length = next(
            int(line.split(b":")[1])
            for line in head.lower().split(b"\r\n")
            if line.startswith(b"content-length")
        )
        while len(body) < length:
            body += self._more()
        return body

    def _more(self) -> bytes:
        part = self.socket.recv(1 << 20)
        if not part:
            raise RuntimeError("the server hung up")
        return part


def measure(
    port: int, path: str, headers: dict[str, str], *, seconds: float, connections: int
) -> Result:
    """Ask for one path over some connections for a while."""
    lines = [Connection(port, path, headers) for _ in range(connections)]
    for line in lines:
        line.ask()
    times: list[float] = []
    errors: list[Exception] = []
    end = time.perf_counter() + seconds

    def work(line: Connection) -> None:
        try:
            while (began := time.perf_counter()) < end:
                line.ask()
                times.append(time.perf_counter() - began)
        except Exception as error:  # noqa: BLE001 - told to the one who waits
            errors.append(error)

    threads = [threading.Thread(target=work, args=(line,)) for line in lines]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    spent = time.perf_counter() - began
    return Result(len(times) / spent, statistics.median(times) * 1000)


def post_all(
    port: int, path: str, headers: dict[str, str], bodies: list[bytes], *, lines: int
) -> None:
    """Send each body once over some connections; an answer other than 200 is an error.

    One thread serves all connections, so that the load takes little of what it measures.
    """
    waiting = iter(bodies)
    with selectors.DefaultSelector() as ready:
        for _ in range(lines):
            _Line(Connection(port, path, headers), ready).send_next(waiting)
        while ready.get_map():
            for key, mask in ready.select():
                key.data.work(mask, waiting)


class _Line:
    """A connection that has one request under way at a time."""

    def __init__(self, connection: Connection, ready: selectors.BaseSelector) -> None:
        self.head = f"POST {connection.head}\r\nContent-Length: ".encode()
        self.socket = connection.socket
        self.socket.settimeout(0)
        self.ready = ready
        self.unsent = memoryview(b"")
        self.answer = b""
        ready.register(self.socket, selectors.EVENT_READ, self)

    def send_next(self, waiting: Iterator[bytes]) -> None:
        """Begin with the next body; without one, hang up."""
        body = next(waiting, None)
        if body is None:
            self.ready.unregister(self.socket)
            self.socket.close()
            return
        self.answer = b""
        self.unsent = memoryview(b"%b%d\r\n\r\n%b" % (self.head, len(body), body))
        self._send()
        if self.unsent:
            self.ready.modify(self.socket, selectors.EVENT_READ | selectors.EVENT_WRITE, self)

    def work(self, mask: int, waiting: Iterator[bytes]) -> None:
        """Go on with what the connection is ready for."""
        if mask & selectors.EVENT_WRITE:
            self._send()
            if not self.unsent:
                self.ready.modify(self.socket, selectors.EVENT_READ, self)
        if mask & selectors.EVENT_READ:
            part = self.socket.recv(1 << 16)
            if not part:
                raise RuntimeError("the server hung up")
            self.answer += part
            if _is_whole(self.answer):
                self.send_next(waiting)

    def _send(self) -> None:
        with suppress(BlockingIOError):
            self.unsent = self.unsent[self.socket.send(self.unsent) :]


def _is_whole(answer: bytes) -> bool:
    """Say whether this is a whole answer; anything but 200 is an error."""
    head, end, body = answer.partition(b"\r\n\r\n")
    if not end:
        return False
    if b" 200 " not in head[:20]:
        raise RuntimeError(head.split(b"\r\n", 1)[0].decode() + " " + body[:300].decode())
    return len(body) >= int(LENGTH.search(head)[1])  # type: ignore[index]
