"""ARM tells a collector of its own work; the collector here is another organization's ARM."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest

from accounts.fence import fenced
from accounts.permissions import system
from armproject.lib import context, spans
from armproject.lib.http import Client, Reach
from jobs.actions.enqueue import enqueue
from jobs.actions.run_job import run_job
from jobs.registry import HANDLERS, handles
from jobs.running import JobRun
from telemetry.actions.receive_traces import receive_traces
from telemetry.models import Run, Span
from tests.cast import House
from tests.lib.loopback import Listener

KIND = "tests.calls_somebody"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


@pytest.fixture
def vendor() -> Iterator[Listener]:
    listener = Listener(lambda _request: OK)
    yield listener
    listener.close()


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> Iterator[Listener]:
    """Name a collector that keeps what it is sent."""
    listener = Listener(lambda _request: b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://{listener.authority}")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_COMPRESSION", "none")
    spans._processor.cache_clear()
    yield listener
    spans._processor().shutdown()
    spans._processor.cache_clear()
    listener.close()


@pytest.fixture
def kind(vendor: Listener) -> Iterator[str]:
    def work(run: JobRun) -> None:
        reach = Reach(allowed=frozenset({vendor.authority}))
        with Client(f"http://{vendor.authority}", headers={"x-key": "canary"}, reach=reach) as it:
            it.get("/secret-path", params=[("q", "canary")])

    handles(KIND)(work)
    yield KIND
    del HANDLERS[KIND]


def test_one_trace_shows_request_job_and_vendor_call(
    house: House, neighbours: House, collector: Listener, vendor: Listener, kind: str
) -> None:
    trace = "c" * 32
    client = house.api().client
    answer = client.get(
        "/api/v1/jobs",
        headers={
            "Authorization": f"Bearer {house.key()}",
            "traceparent": f"00-{trace}-{'d' * 16}-01",
        },
    )
    assert answer.status_code == 200
    span_of_request = answer["traceparent"].split("-")[2]
    asked = context.RequestInfo(request_id="r", trace_id=trace, span_id=span_of_request)
    now = context.Context(house.organization.pk, system("tests"), request=asked)
    with context.use(now), fenced():
        job = enqueue(kind)
    assert run_job(job.pk, house.organization.pk)
    spans.flush()
    bodies = [request.partition(b"\r\n\r\n")[2] for request in collector.requests]
    assert bodies
    assert not any(b"canary" in body or b"secret-path" in body for body in bodies)
    with neighbours.inside():
        for body in bodies:
            receive_traces(body, "application/x-protobuf")
        run = Run.objects.get(trace_id=UUID(trace))
        found = {each.name: each for each in Span.objects.filter(run_id=run.pk)}
    assert set(found) == {"gateway.receive", "worker.handle_message", "provider.api.call"}
    received, handled, called = (
        found[name] for name in ("gateway.receive", "worker.handle_message", "provider.api.call")
    )
    assert handled.parent_id == received.span_id
    assert called.parent_id == handled.span_id
    sent = vendor.requests[0].lower()
    assert f"traceparent: 00-{trace}-".encode() in sent


def test_nothing_is_loaded_where_no_collector_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    spans._processor.cache_clear()
    assert not spans.is_telling()
    ran: list[Any] = []
    with spans.step("provider.api.call", spans.Kind.CLIENT, {}):
        ran.append(context.current())
    assert ran == [context.current()]


def test_requests_that_bring_own_spans_are_not_told_of(house: House, collector: Listener) -> None:
    headers = {"Authorization": f"Bearer {house.key()}", spans.OWN: "1"}
    assert house.api().client.get("/api/v1/jobs", headers=headers).status_code == 200
    spans.flush()
    assert collector.requests == []


def test_a_collector_that_is_away_costs_nothing(house: House, collector: Listener) -> None:
    collector.close()
    assert house.api().get("/jobs").status_code == 200
