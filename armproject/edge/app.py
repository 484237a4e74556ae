"""The door for RSGI servers: `granian --interface rsgi armproject.edge.app:application`."""

import asyncio
import gc
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import lru_cache
from time import perf_counter
from typing import Any

from armproject.wsgi import application as views  # isort: skip - Django is set up by this

from django.conf import settings
from django.http.request import split_domain_port, validate_host

from accounts.models.api_key import PREFIX
from armproject.edge.asked import Meta, ask_views, meta_of
from armproject.edge.callers import caller_of
from armproject.edge.waiting import Place, Waiting
from armproject.lib.requests import count_request, tell_request
from armproject.lib.rest.body import Failure
from armproject.lib.rest.errors import NOTHING_HERE
from telemetry.api.otlp_urls import ROOTS, SIGNALS
from telemetry.api.parsers import LARGEST
from telemetry.api.quick import DOORS, EVENTS, TRACES
from telemetry.api.together import Call, serve_together

# Everything that is answered here, and in which words where there is no room for it.
PATHS = {
    **{f"/{root}/{signal}": TRACES for root in ROOTS for signal in SIGNALS},
    **DOORS,
    "/api/health": EVENTS,
}
THREADS = 8
PATIENCE = 60.0  # seconds for a body to arrive
# Up to this, room for a body is taken at once, else as it arrives: who sends slowly holds little.
SMALL = 64 * 2**10
FULL = Failure(
    429,
    "RATE_LIMITED",
    "More telemetry is waiting here than can be kept just now. Send it again in a second.",
    headers={"Retry-After": "1"},
)
LATE = Failure.of(408, "The request did not arrive in time.")
BEARER = "bearer "


class Edge:
    """Serves the requests of one process."""

    def __rsgi_init__(self, loop: asyncio.AbstractEventLoop) -> None:
        # Batches are many small things without cycles; to look for cycles in them costs as much
        # as a tenth of keeping them.
        gc.freeze()
        gc.set_threshold(50_000, 20, 50)
        self.waiting = Waiting(serve_together, loop)
        self.threads = ThreadPoolExecutor(THREADS, "views")
        self.loop = loop

    def __rsgi_del__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.waiting.stop()
        self.threads.shutdown()

    async def __rsgi__(self, scope: Any, proto: Any) -> None:
        if scope.proto != "http":
            proto.close(404)
            return
        meta, began = meta_of(scope), perf_counter()
        if scope.path not in PATHS:
            _refuse(proto, "/api/health", meta, NOTHING_HERE)
            return
        status = None
        place = self.waiting.admit(caller_of(meta, scope.path), min(_told_size(meta) or 0, SMALL))
        if place is None:
            _refuse(proto, scope.path, meta, FULL)
            count_request(scope.method, scope.path, FULL.status, perf_counter() - began)
            return
        try:
            status = await self._answer(scope, proto, meta, place)
        except TimeoutError:
            _refuse(proto, scope.path, meta, LATE)
            status = LATE.status
        except NoRoom:
            _refuse(proto, scope.path, meta, FULL)
            status = FULL.status
        finally:
            place.leave()
            if status is not None:
                count_request(scope.method, scope.path, status, perf_counter() - began)

    async def _answer(self, scope: Any, proto: Any, meta: Meta, place: Place) -> int | None:
        """Answer, and return the status; None where the views did, which count for themselves."""
        async with asyncio.timeout(PATIENCE):
            body = await _body(proto, _told_size(meta), place)
        call = _call(scope, meta, body)
        if call is not None:
            await self.waiting.served(call, place.caller)
            if call.answer is not None:
                told = call.answer
                headers = [("Content-Type", told.kind), *told.headers.items(), *SAFE]
                proto.response_bytes(told.status, headers, told.body)
                tell_request(
                    call.chosen.request,
                    meta,
                    method=scope.method,
                    route=scope.path,
                    status=told.status,
                    seconds=call.age,
                )
                return told.status
        found = await self.loop.run_in_executor(self.threads, ask_views, views, scope, meta, body)
        proto.response_bytes(*found)
        return None


SAFE = (("Cache-Control", "no-store"), ("X-Content-Type-Options", "nosniff"))


class NoRoom(Exception):
    """More of a body has arrived than there is room for."""


def _told_size(meta: Meta) -> int | None:
    told = str(meta.get("CONTENT_LENGTH", ""))
    return int(told) if told.isascii() and told.isdigit() else None


async def _body(proto: Any, told: int | None, place: Place) -> bytes:
    """Return what was sent, up to one byte more than is taken; nothing of what says it is more."""
    if told is not None and told > LARGEST:
        return b""
    if told is not None and told <= SMALL:
        return bytes(await proto())
    pieces = bytearray()
    async for piece in proto:
        pieces += piece
        if len(pieces) > LARGEST:
            break
        if not place.grow(len(pieces)):
            raise NoRoom
    return bytes(pieces)


def _call(scope: Any, meta: Meta, body: bytes) -> Call | None:
    """Return the request as one that may be served with others; None where only the views can."""
    door = DOORS.get(scope.path)
    kind = str(meta.get("CONTENT_TYPE", "")).partition(";")[0].strip().lower()
    token = str(meta.get("HTTP_AUTHORIZATION", ""))
    if (
        door is None
        or scope.method != "POST"
        or scope.query_string
        or kind not in door.kinds
        or token[: len(BEARER)].lower() != BEARER
        or not _is_ours(str(meta.get("HTTP_HOST", "")))
        or len(body) > LARGEST
    ):
        return None
    token = token[len(BEARER) :].strip()
    return Call(door, kind, token, body, meta) if token.startswith(PREFIX) else None


@lru_cache(100)
def _is_ours(host: str) -> bool:
    """Say whether this is one of the names under which ARM may be asked."""
    domain, _ = split_domain_port(host)
    return bool(domain) and validate_host(domain, settings.ALLOWED_HOSTS)


def _refuse(proto: Any, path: str, meta: Meta, failure: Failure) -> None:
    door = PATHS[path]
    told = str(meta.get("CONTENT_TYPE", "")).partition(";")[0].strip().lower()
    kind = told if told in door.kinds else door.kinds[0]
    headers = [("Content-Type", kind), *failure.headers.items(), *SAFE]
    with suppress(Exception):
        proto.response_bytes(failure.status, headers, door.refused(failure, kind))


application = Edge()
