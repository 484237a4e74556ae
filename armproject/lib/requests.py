"""Requests in numbers: how many, how they ended, and how long they took."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from armproject.lib import spans
from armproject.lib.context import RequestInfo
from armproject.lib.metrics import counter, histogram

OWN = "HTTP_" + spans.OWN.upper().replace("-", "_")
METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})

REQUESTS = counter(
    "http_requests_total", "Requests by route and how they ended.", "method", "route", "status"
)
LATENCY = histogram(
    "http_request_duration_seconds", "Time until a request was answered.", "method", "route"
)


def count_request(method: str, route: str, status: int, seconds: float) -> None:
    """Count one request; `route` is a template of ours, never what somebody typed."""
    known = method if method in METHODS else "other"
    REQUESTS.labels(known, route, f"{status // 100}xx").inc()
    LATENCY.labels(known, route).observe(seconds)


def tell_request(
    step: RequestInfo,
    meta: Mapping[str, Any],
    *,
    method: str,
    route: str,
    status: int,
    seconds: float,
) -> None:
    """Tell of one request by a span; not of those that bring spans of ARM itself."""
    if not spans.is_telling() or OWN in meta:
        return
    told: dict[str, str | int] = {
        "http.request.method": method if method in METHODS else "other",
        "http.route": route,
        "http.response.status_code": status,
    }
    failed = status >= HTTPStatus.INTERNAL_SERVER_ERROR
    spans.tell("gateway.receive", spans.Kind.SERVER, step, seconds, told, failed=failed)
