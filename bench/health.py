"""Health checks by real workers, while one of three vendors takes calls and never answers.

10,000 agents in five minutes. A check is on time if its answer is kept within ten seconds of the
moment it was planned for.
"""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import psycopg
from django.conf import settings

from agents.tasks import PLAN
from armproject.launch import programs
from bench.company import Company, company
from bench.databases import forget_messages, superuser
from bench.rows import Row, say
from bench.server import end, environment_over
from bench.silence import silence
from bench.third_vendor import VENDOR
from jobs.actions.relay_jobs import LANE_SLOTS

AGENTS, INTERVAL = 10_000, timedelta(minutes=5)
QUICK = timedelta(seconds=18)
LATEST = 10.0  # seconds behind the plan
PATIENCE = 60.0
LOOK = 0.25

TITLE = f"{VENDOR} %"  # of alerts about the third vendor's connection
PLANNED = "SELECT id FROM jobs_job WHERE kind = 'agents.check'"
OPEN = """
SELECT count(*) FROM jobs_job
 WHERE id = ANY(%s) AND lane <> %s AND state IN ('pending', 'queued', 'running')
"""
IN_FLIGHT = """
SELECT count(*) FROM jobs_job
 WHERE lane = %s AND (state = 'running' OR state = 'queued' AND lease_until > clock_timestamp())
"""
CHECKS = """
SELECT jsonb_array_length(args->'agents'), extract(epoch FROM started_at - run_after)::float,
       CASE WHEN state = 'done' THEN extract(epoch FROM finished_at - run_after)::float END
  FROM jobs_job WHERE id = ANY(%s) AND lane <> %s
"""
ALERTS = """
SELECT count(*), count(*) FILTER (WHERE title LIKE %s) FROM governance_alert
"""


@dataclass(frozen=True)
class Check:
    """The check of some agents: seconds from its moment to its start and to its kept answer."""

    agents: int
    started: float | None
    kept: float | None


def run(*, quick: bool) -> list[Row]:
    """Plan one interval as the clock does and watch the workers go through it."""
    every = QUICK if quick else INTERVAL
    number = round(AGENTS * (every / INTERVAL) / 3)
    with ExitStack() as stack:
        bench = stack.enter_context(company())
        simulator = stack.enter_context(_simulator(number))
        bench.connect(simulator, stack.enter_context(silence()), number)
        server = stack.enter_context(superuser())
        server.execute("DELETE FROM jobs_job")  # what the reading of new agents asked for
        forget_messages()
        planned = _start(stack, bench, server, every)
        most = _watch(server, planned, every)
        rows = server.execute(CHECKS, [planned, _lane()]).fetchall()
        alerts = server.execute(ALERTS, [TITLE]).fetchone() or (0, 0)
    return [*_punctuality([Check(*row) for row in rows], every), *_fences(most, *alerts)]


def _start(stack: ExitStack, bench: Company, server: Any, every: timedelta) -> list[UUID]:
    """Start worker and clock, have the interval planned, and return the planned checks."""
    environment = {
        **environment_over(bench.url),
        "DJANGO_SETTINGS_MODULE": "bench.third_vendor",
    }
    for program in (programs.worker(), programs.beat()):
        stack.enter_context(_running(program.argv, environment))
    _until(lambda: server.execute("SELECT FROM jobs_pulse").fetchall(), "worker and clock")
    bench.plan_checks(every)
    done = "SELECT FROM jobs_job WHERE kind = %s AND state = 'done'"
    _until(lambda: server.execute(done, [PLAN]).fetchall(), "the plan")
    return [row[0] for row in server.execute(PLANNED).fetchall()]


def _watch(server: psycopg.Connection[Any], planned: list[UUID], every: timedelta) -> int:
    """Wait for the checks of two vendors and an alert about the third.

    Returns the most jobs of the third that were in flight at once.
    """
    say(f"health: {len(planned)} batches within {every.total_seconds():.0f} s")
    most, latest = 0, time.monotonic() + every.total_seconds() + LATEST
    while time.monotonic() < latest:
        (flying,) = server.execute(IN_FLIGHT, [_lane()]).fetchone() or (0,)
        most = max(most, flying)
        (waiting,) = server.execute(OPEN, [planned, _lane()]).fetchone() or (0,)
        (_, told) = server.execute(ALERTS, [TITLE]).fetchone() or (0, 0)
        if not waiting and told:
            break
        time.sleep(LOOK)
    return most


def _punctuality(checks: list[Check], every: timedelta) -> list[Row]:
    number = sum(check.agents for check in checks)
    punctual = sum(c.agents for c in checks if c.kept is not None and c.kept <= LATEST)
    # One that never began is as late as the interval is long.
    late = every.total_seconds()
    starts = sorted(late if c.started is None else c.started for c in checks)
    return [
        Row("checks of the two vendors that answer", number, "agents"),
        Row("… in a second", number / every.total_seconds(), "agents/s"),
        Row("checks on time", punctual / max(number, 1), "share", bar=0.99),
        Row("delay of a start, p99", _p99(starts), "s", bar=LATEST, at_most=True),
    ]


def _fences(most: int, alerts: int, of_third: int) -> list[Row]:
    lane = "jobs in flight of the vendor that hangs"
    return [
        Row(lane, most, "jobs", bar=LANE_SLOTS, at_most=True),
        Row("alerts about the vendor that hangs", of_third, "alerts", bar=1),
        Row("all alerts", alerts, "alerts", bar=1, at_most=True),
    ]


def _p99(ordered: list[float]) -> float:
    return ordered[min(int(len(ordered) * 0.99), len(ordered) - 1)] if ordered else 0.0


def _lane() -> str:
    return f"vendor:{VENDOR}"


@contextmanager
def _simulator(agents: int) -> Iterator[str]:
    """Run the vendors' simulator in a process of its own and yield its address."""
    argv = (*programs.simulator(0).argv, "--agents", str(agents))
    process = subprocess.Popen(argv, cwd=settings.BASE_DIR, stdout=subprocess.PIPE)
    try:
        yield (process.stdout.readline() if process.stdout else b"").decode().strip()
    finally:
        end(process)


@contextmanager
def _running(argv: tuple[str, ...], environment: dict[str, str]) -> Iterator[None]:
    process = subprocess.Popen(argv, cwd=settings.BASE_DIR, env=environment, stdout=sys.stderr)
    try:
        yield
    finally:
        end(process, patience=3.0)


def _until(condition: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            raise RuntimeError(f"Not within {PATIENCE:.0f} seconds: {what}.")
        time.sleep(LOOK)
