"""The client every connector, webhook and importer uses for one foreign host."""

import logging
import time
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any, Self

import httpx2

from armproject.lib import spans
from armproject.lib.http import headers as headings
from armproject.lib.http.destination import Destination, Reach
from armproject.lib.http.exchange import exchange
from armproject.lib.http.network import GuardedTransport, remaining, until
from armproject.lib.http.reply import Reply, RequestFailed
from armproject.lib.http.retrying import Outcome, better, pause_before, worth_repeating
from armproject.lib.lanes import BreakerOpen, Lane, LaneFull, shared_lane
from armproject.lib.secret import Secret

LANE_WAIT = 1.0
SERVER_ERROR = 500

logger = logging.getLogger(__name__)


class Client:
    """Calls one base URL with one set of credentials; safe to share between threads.

    `deadline` is in seconds and bounds a whole call: name look-up, retries, the last byte.
    `max_bytes` bounds the answer before and after unpacking. Calls share the process's lane of
    their host, or the one called `lane`. With a `transport` of the caller's own no name is
    resolved and, unless `lane` is given, the client has a lane to itself.

    Make one per organization, connection and credential version; nothing is opened before the
    first call, and nothing is shared between clients but lanes.
    """

    def __init__(
        self,
        base_url: str,
        *,
        headers: Mapping[str, str | Secret],
        reach: Reach,
        deadline: float = 10.0,
        lane: str | None = None,
        max_bytes: int = 16 * 2**20,
        attempts: int = 3,
        transport: httpx2.BaseTransport | None = None,
    ) -> None:
        self._base_url = base_url
        self._headers = dict(headers)
        self._reach = reach
        self._deadline = deadline
        self._lane = shared_lane(lane) if lane else Lane("own") if transport else None
        self._max_bytes = max_bytes
        self._attempts = attempts
        self._transport = transport or GuardedTransport(reach)

    def get(self, path: str, **options: Any) -> Reply:
        """Send a GET; see `request`."""
        return self.request("GET", path, **options)

    def post(self, path: str, **options: Any) -> Reply:
        """Send a POST; see `request`."""
        return self.request("POST", path, **options)

    def request(
        self,
        method: str,
        path: str,
        *,
        params: Sequence[tuple[str, str]] = (),
        json: Any = None,
        content: bytes | None = None,
        headers: Mapping[str, str | Secret] | None = None,
    ) -> Reply:
        """Return the host's answer, whatever its status; redirects are answers too.

        `path` is joined to the path of the base URL; ids in it must come quoted. GET is repeated
        on 408, 429, 5xx and broken connections, other methods only where the host surely did not
        act (429, 503, 529, no connection), always within the deadline.
        Raises `RequestFailed` when there is no usable answer.
        """
        told: dict[str, str | int] = {"http.request.method": method}
        with spans.step("provider.api.call", spans.Kind.CLIENT, told):
            reply = self._request(
                method, path, params=params, json=json, content=content, headers=headers or {}
            )
            told["http.response.status_code"] = reply.status
            return reply

    def _request(
        self,
        method: str,
        path: str,
        *,
        params: Sequence[tuple[str, str]],
        json: Any,
        content: bytes | None,
        headers: Mapping[str, str | Secret],
    ) -> Reply:
        destination = Destination.parse(self._base_url, self._reach)
        request = httpx2.Request(
            method,
            destination.url(path, params),
            headers=headings.outgoing(headings.DEFAULTS, headings.trace(), self._headers, headers),
            json=json,
            content=content,
        )
        lane = self._lane or shared_lane(destination.authority)
        with until(time.monotonic() + self._deadline):
            outcome = self._converse(request, lane)
        if isinstance(outcome, RequestFailed):
            raise outcome.with_traceback(None)
        return outcome

    def close(self) -> None:
        """Close all connections."""
        self._transport.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _converse(self, request: httpx2.Request, lane: Lane) -> Outcome:
        """Try until an answer stands, tries run out, or the next pause would pass the deadline."""
        outcome = self._attempt(request, lane)
        for attempt in range(2, self._attempts + 1):
            if not worth_repeating(request.method, outcome):
                break
            pause = pause_before(attempt, outcome, time.time())
            if pause >= remaining():
                break
            time.sleep(pause)
            outcome = better(outcome, self._attempt(request, lane))
        return outcome

    def _attempt(self, request: httpx2.Request, lane: Lane) -> Outcome:
        try:
            with lane.enter(min(LANE_WAIT, remaining())) as passage:
                outcome = exchange(self._transport, request, self._max_bytes)
                passage.healthy = _healthy(outcome)
        except LaneFull as closed:
            return RequestFailed(
                "lane_full",
                "Too many calls to this host are under way; try again shortly.",
                retry_after=closed.retry_after,
            )
        except BreakerOpen as closed:
            return RequestFailed(
                "breaker_open",
                "The host failed several times in a row; ARM lets it rest before it calls again.",
                retry_after=closed.retry_after,
            )
        _log(request, outcome)
        return outcome


def _healthy(outcome: Outcome) -> bool | None:
    """Tell what an outcome says about the host, as its lane wants to know it."""
    if isinstance(outcome, Reply):
        return outcome.status < SERVER_ERROR
    return False if outcome.fault in {"timeout", "unavailable"} else None


def _log(request: httpx2.Request, outcome: Outcome) -> None:
    """Note the call without its path: webhooks carry their secret there."""
    facts: dict[str, object] = {"method": request.method, "host": request.url.host}
    if isinstance(outcome, Reply):
        facts |= {
            "status": outcome.status,
            "ms": outcome.elapsed_ms,
            "bytes": len(outcome.body),
        }
    else:
        facts["fault"] = outcome.fault
    logger.info("Outgoing call", extra=facts)
