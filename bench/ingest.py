"""Ingestion over HTTP, answered after commit: events and spans a second, beside two references.

One is a serializer of Django REST framework with bulk_create, which checks and keeps the same
columns of the same events and nothing that follows from them; the other is a bare COPY of the very
rows ARM kept, into a table without indexes. Every request differs, was made before the clock runs,
and is counted only when it was answered as accepted; at the end the rows in the table are counted,
too. The load comes from the same cores. What a variant costs in CPU, the server's and the
database's, hardly moves with what else the machine does. Without --quick, two other products take
the same spans (see `peers`), and the edge works for ten minutes at half its speed.
"""

import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field

from bench import cpu, lag, peers, plain_tables
from bench.databases import cloned, open_database, postgres, superuser, url_of
from bench.estate import Estate, draw_key, found
from bench.load import post_all
from bench.rows import Row, say
from bench.sent import Bodies, events, traces
from bench.server import Served, serving_edge, serving_web

NAME = "arm_bench_ingest"
EVENTS, TRACES = "/api/v1/telemetry/events", "/v1/traces"
FASTER, FASTER_ALONE, LEAST, SHARE = 25.0, 15.0, 30_000.0, 0.5
FASTER_THAN_MLFLOW, FASTER_THAN_PHOENIX = 25.0, 100.0
VISIBLE_WITHIN, GROWN = 2.0, 1.15
MICROSECONDS = 1_000_000


@dataclass(frozen=True)
class Variant:
    """Requests of one kind to one server: how many, of how many items, over how many lines."""

    name: str
    server: str
    path: str
    make: Callable[[int, int], Bodies]
    number: int
    size: int
    lines: int = 4

    @property
    def headers(self) -> dict[str, str]:
        kind = "x-protobuf" if self.make is traces else "json"
        return {"Content-Type": f"application/{kind}"}


VARIANTS = (
    Variant("events, 1,000 a request", "edge", EVENTS, events, 20, 1_000),
    Variant("DRF, events, 1,000 a request", "plain", EVENTS, events, 2, 1_000),
    Variant("events, 100 a request", "edge", EVENTS, events, 60, 100),
    Variant("events, one a request", "edge", EVENTS, events, 1_000, 1, lines=64),
    Variant("DRF, events, one a request", "plain", EVENTS, events, 150, 1, lines=64),
    Variant("spans, 100 a request", "edge", TRACES, traces, 40, 100),
    Variant("spans, one a request", "edge", TRACES, traces, 300, 1, lines=64),
    Variant("web, events, 1,000 a request", "web", EVENTS, events, 10, 1_000),
    Variant("web, events, one a request", "web", EVENTS, events, 100, 1, lines=16),
    Variant("web, spans, 100 a request", "web", TRACES, traces, 20, 100),
)


@dataclass
class Found:
    """Of each variant, by round: items a second, and what one cost in microseconds of CPU."""

    speeds: dict[str, list[float]] = field(default_factory=dict)
    server: dict[str, list[float]] = field(default_factory=dict)
    database: dict[str, list[float]] = field(default_factory=dict)
    sent: int = 0

    def speed(self, name: str) -> float:
        return statistics.median(self.speeds[name])

    def times(self, name: str, reference: str) -> float:
        pairs = zip(self.speeds[name], self.speeds[reference], strict=True)
        return statistics.median(ours / theirs for ours, theirs in pairs)

    def cost(self, name: str) -> float:
        """Return the CPU of an item, the server's and the database's together."""
        both = zip(self.server[name], self.database[name], strict=True)
        return statistics.median(map(sum, both))


def run(*, quick: bool) -> list[Row]:
    """Measure in rounds, one variant after the other, and compare the variants of each round."""
    open_database(NAME, found, 0)
    rounds, scale = (2, 1) if quick else (7, 4)
    with cloned(NAME) as name, ExitStack() as stack:
        estate = Estate(0, url_of(name), draw_key())
        plain_tables.make(name)
        servers = {
            "edge": stack.enter_context(serving_edge(estate)),
            "web": stack.enter_context(serving_web(estate)),
            "plain": stack.enter_context(serving_web(estate, "bench.plain_ingest:application")),
        }
        measured = Found()
        for number in range(rounds + 1):  # the first one warms up
            say(f"ingest: round {number} of {rounds}")
            for variant in VARIANTS:
                _measure(measured, variant, servers, estate.key, scale, is_warm=number > 0)
        _count(name, measured)
        rows = [*_rows(measured, name), *_half_load(measured, servers, estate, quick=quick)]
    return rows if quick else [*rows, *_beside_peers(measured)]


def _measure(
    measured: Found,
    variant: Variant,
    servers: dict[str, Served],
    key: str,
    scale: int,
    *,
    is_warm: bool,
) -> None:
    bodies = variant.make(variant.number * scale, variant.size)
    items = len(bodies) * variant.size
    server = servers[variant.server]
    headers = {"Authorization": f"Bearer {key}", **variant.headers}
    before = _spent(server)
    began = time.perf_counter()
    post_all(server.port, variant.path, headers, bodies, lines=variant.lines)
    seconds = time.perf_counter() - began
    after = _spent(server)
    measured.sent += items if variant.server != "plain" else 0
    if is_warm:
        measured.speeds.setdefault(variant.name, []).append(items / seconds)
        for kept, a, b in zip((measured.server, measured.database), before, after, strict=True):
            kept.setdefault(variant.name, []).append((b - a) / items * MICROSECONDS)


def _spent(server: Served) -> tuple[float, float]:
    return cpu.seconds([server.pid]), cpu.seconds([_postmaster()])


def _postmaster() -> int:
    return int((postgres().data / "postmaster.pid").read_text().split()[0])


def _count(name: str, measured: Found) -> None:
    """See that all that was acknowledged is there, once, and in the sums."""
    with superuser(name) as server:
        kept = server.execute("SELECT count(*) FROM telemetry_span").fetchone()
        summed = server.execute("SELECT sum(spans) FROM telemetry_run").fetchone()
    if not kept or not summed or not kept[0] == summed[0] == measured.sent:
        raise RuntimeError(f"{measured.sent} were acknowledged, {kept} are kept, {summed} summed")


def _rows(measured: Found, name: str) -> Iterator[Row]:
    most, alone = "events, 1,000 a request", "events, one a request"
    copied = plain_tables.copy_again(name)
    bars = {most: LEAST}
    for variant in VARIANTS:
        unit = "spans/s" if variant.make is traces else "events/s"
        yield Row(variant.name, measured.speed(variant.name), unit, bars.get(variant.name))
    yield Row(f"{most}, against DRF", measured.times(most, f"DRF, {most}"), "times", FASTER)
    yield Row(
        f"{alone}, against DRF", measured.times(alone, f"DRF, {alone}"), "times", FASTER_ALONE
    )
    yield Row("a bare COPY of the same rows", copied, "rows/s")
    keyed = plain_tables.copy_again(name, keys=True)
    yield Row("a COPY of the same rows, with their keys", keyed, "rows/s")
    yield Row("events visible / bare COPY", measured.speed(most) / copied, "share", SHARE)
    for variant in VARIANTS:
        server, database = measured.server[variant.name], measured.database[variant.name]
        yield Row(f"CPU, server: {variant.name}", statistics.median(server), "µs")
        yield Row(f"CPU, database: {variant.name}", statistics.median(database), "µs")
    for each in (most, alone):
        ratio = measured.cost(f"DRF, {each}") / measured.cost(each)
        yield Row(f"CPU, DRF / ARM: {each}", ratio, "times")


def _half_load(
    measured: Found, servers: dict[str, Served], estate: Estate, *, quick: bool
) -> Iterator[Row]:
    """Work at half the speed for a while: how soon runs are seen, and whether memory grows."""
    pace = measured.speed("events, 100 a request") / 2
    seconds = 5.0 if quick else 600.0
    say(f"ingest: {pace:,.0f} events/s for {seconds:.0f} s")
    seen = lag.watch(servers["edge"], servers["web"], estate.key, pace=pace, seconds=seconds)
    yield Row("events/s at half load", seen.per_second, "events/s")
    yield Row("until in the list of runs, p50", seen.delay(0.5), "s")
    yield Row("until in the list of runs, p95", seen.delay(0.95), "s", VISIBLE_WITHIN, at_most=True)
    yield Row("memory of the edge at the end", seen.memory[-1] / 2**20, "MiB")
    if not quick:
        grown = seen.memory[-1] / seen.memory[len(seen.memory) // 10]
        yield Row("memory, end / after a minute", grown, "times", GROWN, at_most=True)


def _beside_peers(measured: Found) -> Iterator[Row]:
    ours = measured.speed("spans, 100 a request")
    bars = {"MLflow": FASTER_THAN_MLFLOW, "Phoenix": FASTER_THAN_PHOENIX}
    for name, visible in peers.visible(traces):
        if visible is None:
            yield Row(f"{name} was not measured: it cannot be installed or started here", 0, "")
            continue
        yield Row(f"{name}, spans visible", visible, "spans/s")
        yield Row(f"spans, against {name}", ours / visible, "times", bars[name])
