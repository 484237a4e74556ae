"""A memory service outside, over HTTP, that can be down, slow, forgetful, or answer and not do."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

KEY = "service-key-of-acme"


@dataclass
class Outside:
    """What the service holds, what it was asked, and how it behaves.

    `answers` are statuses it gives to the next calls instead of doing anything; `lost` to how many
    of the next it does what it is asked and answers 500. It refuses to hold `refused` texts.
    """

    url: str = ""
    memories: dict[str, dict[str, Any]] = field(default_factory=dict)
    calls: list[tuple[str, str]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    lost: int = 0
    page: int = 500
    refused: frozenset[str] = frozenset()

    @property
    def host(self) -> str:
        return urlsplit(self.url).netloc

    @property
    def texts(self) -> set[str]:
        return {each["content"] for each in self.memories.values()}

    def written(self) -> list[tuple[str, str]]:
        return [call for call in self.calls if call[0] != "GET"]


class _Handler(BaseHTTPRequestHandler):
    outside: Outside
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        asked = parse_qs(urlsplit(self.path).query)
        after, limit = asked.get("after", [""])[0], int(asked["limit"][0])
        if not self._is_let_in():
            return
        ids = sorted(each for each in self.outside.memories if each > after)
        some = ids[: min(limit, self.outside.page)]
        listed = [{"id": each, "digest": self.outside.memories[each]["digest"]} for each in some]
        ends = len(some) == len(ids)
        self._answer(200, {"memories": listed, "next": None if ends else some[-1]})

    def do_PUT(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if not self._is_let_in():
            return
        held = self.outside.memories.get(body["id"])
        if body["content"] in self.outside.refused:
            self._answer(422, {})
        elif held is not None and held["version"] > body["version"]:
            self._answer(409, {})
        else:
            self.outside.memories[body["id"]] = body
            self._done(200)

    def do_DELETE(self) -> None:
        if not self._is_let_in():
            return
        gone = self.outside.memories.pop(self.path.rsplit("/", 1)[-1], None)
        self._done(404 if gone is None else 204)

    def _is_let_in(self) -> bool:
        outside = self.outside
        outside.calls.append((self.command, urlsplit(self.path).path.rsplit("/", 1)[-1]))
        outside.keys.append(self.headers.get("Idempotency-Key", ""))
        if self.headers.get("Authorization") != f"Bearer {KEY}":
            self._answer(401, {})
            return False
        if outside.answers:
            self._answer(outside.answers.pop(0), {})
            return False
        return True

    def _done(self, status: int) -> None:
        if self.outside.lost:
            self.outside.lost -= 1
            status = 500
        self._answer(status, {})

    def _answer(self, status: int, body: Any) -> None:
        raw = b"" if status == 204 else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
        """Say nothing."""


@contextmanager
def outside_service() -> Iterator[Outside]:
    """Run the service on a port of its own."""
    outside = Outside()
    handler = type("Handler", (_Handler,), {"outside": outside})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    outside.url = f"http://127.0.0.1:{server.server_port}/v1"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield outside
    finally:
        server.shutdown()
        server.server_close()
