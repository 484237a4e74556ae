"""The HTTP server in front of the world: one port, two vendors, and the switches."""

import json
import socket
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

from connectors.simulator import faults as trouble
from connectors.simulator import ids, keys, wire
from connectors.simulator.anthropic import Anthropic
from connectors.simulator.calls import BAD_REQUEST, FORBIDDEN, NOT_FOUND, Answer, Call, Refused
from connectors.simulator.changes import Json
from connectors.simulator.clock import rfc3339
from connectors.simulator.control import BASE, Control
from connectors.simulator.faults import Fault, Faults
from connectors.simulator.openai import OpenAI
from connectors.simulator.wire import Reply
from connectors.simulator.world import World

_POLL = 0.05
_PATIENCE = 1.0
_LARGEST_BODY = 4 * 2**20


class Simulator:
    """Both vendors on one loopback port. Use it as a context manager, or start and stop it.

    `now` gives the time in seconds since 1970, `agents` the number of agents at each vendor.
    """

    def __init__(
        self,
        seed: int = 7,
        agents: int | None = None,
        now: Callable[[], float] | None = None,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
    ) -> None:
        self.world = World(seed, agents, now)
        self.faults = Faults()
        self.control = Control(self.world, self.faults)
        self.vendors = (OpenAI(self.world), Anthropic(self.world))
        self.stopping = threading.Event()
        self._served = 0
        self._server = _Server((host, port), self)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(_POLL,), name="simulator", daemon=True
        )

    @property
    def url(self) -> str:
        host, port = self._server.server_address[:2]
        return f"http://{host!s}:{port}"

    @property
    def openai_url(self) -> str:
        return f"{self.url}/openai/v1"

    @property
    def anthropic_url(self) -> str:
        return f"{self.url}/anthropic"

    def start(self) -> Self:
        self._thread.start()
        return self

    def stop(self) -> None:
        """Stop within a second, whoever is still being answered."""
        self.stopping.set()
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join(_PATIENCE)
        self._server.server_close()
        self._server.hang_up()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def reply(self, call: Call, caller: str) -> Reply:
        """Answer one request, with what a fault makes of the answer."""
        with self.world.lock:
            self._served += 1
            if call.path.startswith(BASE):
                return self._controlled(call, caller)
            for vendor in self.vendors:
                if call.path.startswith(f"{vendor.base}/"):
                    call.path = call.path.removeprefix(vendor.base)
                    return self._from(vendor, call)
            return Reply(NOT_FOUND, {}, {"error": "try /openai/v1, /anthropic or /_control"})

    def _controlled(self, call: Call, caller: str) -> Reply:
        call.path = call.path.removeprefix(BASE)
        if not ip_address(caller).is_loopback:
            return Reply(FORBIDDEN, {}, {"error": "the switches work from this machine only"})
        try:
            answer = self.control.answer(call)
        except Refused as refused:
            return Reply(refused.status, {}, {"error": refused.message})
        return Reply(answer.status, {}, answer.body)

    def _from(self, vendor: OpenAI | Anthropic, call: Call) -> Reply:
        key = vendor.key(call)
        fault = self.faults.find(vendor.name, call.path, key)
        request_id = f"{ids.roll(self.world.seed, self._served):08x}{self._served:016x}"
        headers = vendor.headers(request_id, self._served)
        answer = self._answer(vendor, call, fault, request_id)
        if fault is not None and fault.retry_after is not None and answer.status >= BAD_REQUEST:
            headers["retry-after"] = f"{fault.retry_after:g}"
        self._note(vendor.name, call, key, answer.status)
        reply = Reply(answer.status, headers, answer.body)
        if fault is not None and fault.fault in trouble.WIRE:
            fault.struck += 1
            reply.trouble = fault.fault
        return reply

    def _answer(
        self, vendor: OpenAI | Anthropic, call: Call, fault: Fault | None, request_id: str
    ) -> Answer:
        try:
            if fault is None:
                return vendor.answer(call)
            answer = vendor.answer(trouble.before(fault, call))
            return Answer(trouble.after(fault, answer.body), answer.status)
        except Refused as refused:
            return Answer(vendor.error(refused, request_id), refused.status)

    def _note(self, vendor: str, call: Call, key: str, status: int) -> None:
        self.faults.log.append(
            {
                "vendor": vendor,
                "method": call.method,
                "path": call.path,
                "query": [list(pair) for pair in call.query],
                "key": keys.hint(key),
                "status": status,
                "at": rfc3339(call.now),
            }
        )


class _Server(ThreadingHTTPServer):
    """Threads that die with the process, and connections that can be cut."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], simulator: Simulator) -> None:
        self.simulator = simulator
        self.connections: set[socket.socket] = set()
        super().__init__(address, _Handler)

    def hang_up(self) -> None:
        for connection in tuple(self.connections):
            wire.cut(connection)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Callers may leave at any time; that is no error of ours."""


class _Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: _Server

    def setup(self) -> None:
        super().setup()
        self.server.connections.add(self.connection)

    def finish(self) -> None:
        self.server.connections.discard(self.connection)
        super().finish()

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def do_DELETE(self) -> None:
        self._serve()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Print nothing: requests are kept for /_control/requests."""

    def _serve(self) -> None:
        simulator = self.server.simulator
        try:
            call = self._call()
        except Refused as refused:
            reply = Reply(refused.status, {}, {"error": {"message": refused.message}})
        else:
            reply = simulator.reply(call, str(self.client_address[0]))
        wire.send(self, reply, simulator.stopping)

    def _call(self) -> Call:
        parts = urlsplit(self.path)
        return Call(
            method=self.command,
            path=parts.path,
            query=parse_qsl(parts.query, keep_blank_values=True),
            headers={name.lower(): value for name, value in self.headers.items()},
            body=self._body(),
            now=self.server.simulator.world.now(),
        )

    def _body(self) -> Json:
        length = int(self.headers.get("content-length") or 0)
        if length > _LARGEST_BODY or "transfer-encoding" in self.headers:
            self.close_connection = True
            raise Refused(BAD_REQUEST, "the body is too large or of unknown length")
        raw = self.rfile.read(length)
        try:
            body = json.loads(raw) if raw else {}
        except ValueError:
            body = None
        if not isinstance(body, dict):
            raise Refused(BAD_REQUEST, "We could not parse the JSON body of your request.")
        return body
