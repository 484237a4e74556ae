"""The page that Prometheus reads: how ARM fares, in numbers.

With the operator's token it tells of the whole installation, with an API key of the key's own
organization. What the database is asked is at most some seconds old and shared by all who look; a
database that is away leaves out its figures and nothing else.
"""

from collections.abc import Iterable, Iterator

import structlog
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from prometheus_client.exposition import choose_encoder, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from rest_framework.exceptions import MethodNotAllowed

from accounts.fence import fenced
from accounts.permissions import has_permission, require
from armproject.lib.metrics import Latest, counted, read_all, readers_for
from armproject.lib.rest.errors import failure_response, reported_failure
from armproject.processes import process_figures

log = structlog.get_logger(__name__)

SHORTEST_TOKEN = 32
LONGEST_ACCEPT = 1000
TIME_LIMIT = "SET LOCAL statement_timeout = '3s'"
PLAIN = "text/plain; version=0.0.4; charset=utf-8"


class Page(Collector):
    """Figures in the order in which they are told."""

    def __init__(self, found: Iterable[Metric]) -> None:
        self._found = list(found)

    def collect(self) -> Iterable[Metric]:
        return self._found


def metrics(request: HttpRequest) -> HttpResponse:
    """Tell the figures that whoever asks may see, as text or as OpenMetrics."""
    try:
        return _told(request, _seen_by(request))
    except Exception as error:  # noqa: BLE001 - programs are told of every failure in one form
        return failure_response(reported_failure(error, request))


metrics.own_transactions = True  # type: ignore[attr-defined]


def _seen_by(request: HttpRequest) -> Iterator[Metric]:
    if request.method not in {"GET", "HEAD"}:
        raise MethodNotAllowed(request.method or "")
    if _is_operator(request):
        return _of_installation()
    if refusal := getattr(request, "arm_refusal", None):
        raise refusal
    require("runs.read")
    return _of_organization()


def _is_operator(request: HttpRequest) -> bool:
    wanted = settings.ARM_METRICS_TOKEN
    scheme, _, token = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    return (
        len(wanted) >= SHORTEST_TOKEN
        and scheme.lower() == "bearer"
        and constant_time_compare(token.strip(), wanted)
    )


def _of_installation() -> Iterator[Metric]:
    yield from counted()
    yield from process_figures()
    try:
        found, is_up = _latest.get(), 1
    except (DatabaseError, TimeoutError) as problem:
        log.warning("database_not_measured", fault=type(problem).__name__)
        found, is_up = [], 0
    yield GaugeMetricFamily("arm_database_up", "Whether the database answers.", value=is_up)
    yield from found


def _of_organization() -> Iterator[Metric]:
    with fenced(), connection.cursor() as cursor:
        cursor.execute(TIME_LIMIT)
        for read in readers_for(has_permission):
            yield from read()


def _read_database() -> list[Metric]:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(TIME_LIMIT)
            return [metric for read in read_all() for metric in read()]
    finally:
        connection.close()


_latest = Latest(_read_database)


def _told(request: HttpRequest, found: Iterable[Metric]) -> HttpResponse:
    accept = request.META.get("HTTP_ACCEPT", "")[:LONGEST_ACCEPT]
    try:
        encode, kind = choose_encoder(accept)
    except (ValueError, TypeError, IndexError):  # of an Accept that is none
        encode, kind = generate_latest, PLAIN
    return HttpResponse(encode(Page(found)), content_type=kind)
