"""How soon after its commit a memory stands in a memory service outside, by a real worker."""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import timezone

from accounts.fence import fenced
from accounts.models import Organization
from armproject.launch import programs
from armproject.lib.secret import Secret
from bench.company import Company, company
from bench.databases import forget_messages, superuser
from bench.rows import Row, say
from bench.server import end, environment_over
from jobs.models import Subscription
from memory.actions.remember_many import remember_many
from memory.actions.tell_news import TOPICS
from memory.entries import Draft
from memory.models import ExternalStore
from memory.outside import KIND
from memory.owners import Owner

QUICK, WHOLE = (60, 4.0), (1_200, 20.0)  # memories, and how many a second
PATIENCE = 60.0
MEDIAN, LATE = 1.0, 5.0  # seconds


class _Handler(BaseHTTPRequestHandler):
    """Takes every memory and notes when it came."""

    came: dict[str, float]
    protocol_version = "HTTP/1.1"

    def do_PUT(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.came.setdefault(urlsplit(self.path).path.rsplit("/", 1)[-1], time.monotonic())
        self._answer({})

    def do_GET(self) -> None:
        self._answer({"memories": [], "next": None})

    def _answer(self, body: Any) -> None:
        raw = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
        """Say nothing."""


def run(*, quick: bool) -> list[Row]:
    """Keep memories at a steady pace and watch when each of them arrives."""
    number, pace = QUICK if quick else WHOLE
    with ExitStack() as stack:
        bench = stack.enter_context(company())
        url, came = stack.enter_context(_service())
        server = stack.enter_context(superuser())
        server.execute("DELETE FROM jobs_job")
        forget_messages()
        _listen(bench, url)
        for program in (programs.worker(), programs.beat()):
            stack.enter_context(_running(program.argv, environment_over(bench.url)))
        deadline = time.monotonic() + PATIENCE
        while not server.execute("SELECT FROM jobs_pulse").fetchall():
            if time.monotonic() > deadline:
                raise RuntimeError("worker and clock do not come up")
            time.sleep(0.25)
        say(f"write-through: {number} memories, {pace:g} a second")
        kept = _keep(bench, number, pace)
        deadline = time.monotonic() + PATIENCE
        while len(came) < number and time.monotonic() < deadline:
            time.sleep(0.25)
    delays = sorted(came[each] - at for each, at in kept.items() if each in came)
    return [
        Row("memories that arrived outside", len(delays) / number, "share", bar=1.0),
        Row("visible outside after, p50", _share(delays, 0.5), "s", bar=MEDIAN, at_most=True),
        Row("visible outside after, p95", _share(delays, 0.95), "s", bar=LATE, at_most=True),
    ]


def _listen(bench: Company, url: str) -> None:
    with bench.at_work(), fenced():
        Organization.objects.filter(pk=bench.id).update(allowed_hosts=[urlsplit(url).netloc])
        subscription = Subscription(name="Memory: bench", kind=KIND, topics=sorted(TOPICS))
        subscription.sign_with(Secret("bench"))
        subscription.lead_to(Secret(url))
        subscription.start_here()
        subscription.save(force_insert=True)
        ExternalStore.objects.create(name="bench", subscription=subscription)


def _keep(bench: Company, number: int, pace: float) -> dict[str, float]:
    """Keep memories one by one, and return when each was committed."""
    kept: dict[str, float] = {}
    began = time.monotonic()
    for place in range(number):
        time.sleep(max(0.0, began + place / pace - time.monotonic()))
        draft = Draft(
            f"{timezone.now():%H:%M:%S.%f}: order {place} goes out by the morning train.",
            Owner("user", f"user-{place % 50}"),
        )
        with bench.at_work(), fenced():
            row = remember_many([draft])[0].memory
        kept[str(row.pk)] = time.monotonic()
    return kept


def _share(ordered: list[float], share: float) -> float:
    """Return the value that this share stays below; nothing arrived is as late as can be."""
    return ordered[round((len(ordered) - 1) * share)] if ordered else PATIENCE


@contextmanager
def _service() -> Iterator[tuple[str, dict[str, float]]]:
    came: dict[str, float] = {}
    handler = type("Handler", (_Handler,), {"came": came})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/", came
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def _running(argv: tuple[str, ...], environment: dict[str, str]) -> Iterator[None]:
    process = subprocess.Popen(argv, cwd=settings.BASE_DIR, env=environment, stdout=sys.stderr)
    try:
        yield
    finally:
        end(process, patience=3.0)
