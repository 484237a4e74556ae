"""Requests in numbers: how many, how they ended, and how long they took."""

from armproject.lib.metrics import counter, histogram

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
