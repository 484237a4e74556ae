"""A Studio that runs: a web server on loopback and somebody who does the queued work."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.db import connection, connections

from armproject.wsgi import application
from jobs.actions.relay_jobs import HANDED_OUT_FOR, IN_FLIGHT, LANE_SLOTS
from jobs.actions.run_job import run_job

CLAIM = "SELECT id, organization_id FROM arm_claim_jobs(%s, %s, %s, make_interval(secs => %s))"
PAUSE = 0.1


@dataclass(frozen=True)
class Running:
    """Where it answers."""

    url: str


class Quiet(WSGIRequestHandler):
    def log_message(self, *args: object) -> None:
        """Say nothing."""


@contextmanager
def studio() -> Iterator[Running]:
    """Serve the Studio, and do its work, as long as the block runs."""
    server = ThreadedWSGIServer(("127.0.0.1", 0), Quiet, connections_override={})
    server.set_app(StaticFilesHandler(application))
    server.daemon_threads = True
    stopping = threading.Event()
    threads = [
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True),
        threading.Thread(target=_work, args=(stopping,), daemon=True),
    ]
    for thread in threads:
        thread.start()
    try:
        yield Running(f"http://127.0.0.1:{server.server_port}")
    finally:
        stopping.set()
        server.shutdown()
        for thread in threads:
            thread.join(20)
        server.server_close()


def _work(stopping: threading.Event) -> None:
    """Take due jobs as the relay does, and do them one after the other."""
    while not stopping.wait(PAUSE):
        with connection.cursor() as cursor:
            cursor.execute(CLAIM, [10, IN_FLIGHT, LANE_SLOTS, HANDED_OUT_FOR.total_seconds()])
            claimed = cursor.fetchall()
        for job_id, organization_id in claimed:
            run_job(job_id, organization_id)
    connections.close_all()
