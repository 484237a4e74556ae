"""The programs that make up a running ARM."""

import sys
from pathlib import Path
from typing import Final

from armproject.launch.options import Options
from armproject.lib.supervisor import Program

BIN: Final = Path(sys.executable).parent
# Web first, so that nobody asks for what nobody will do any more; then what makes new work.
STOP_ORDER: Final = ("web", "edge", "beat", "worker", "simulator")


def web(options: Options) -> Program:
    """Return what serves the Studio and the API."""
    listen = ("--host", options.host, "--port", str(options.port))
    threads = ("--workers", "1", "--blocking-threads", "8")
    rest = ("--interface", "wsgi", "--no-ws", "--workers-kill-timeout", "10s")
    argv = (str(BIN / "granian"), *rest, *listen, *threads, "armproject.wsgi:application")
    return Program("web", argv, grace=12)


def edge(options: Options) -> Program:
    """Return what takes in telemetry on a port of its own."""
    listen = ("--host", options.host, "--port", str(options.edge_port), "--workers", "1")
    # Its own queue says when there is too much; granian would let callers wait unheard.
    rest = ("--interface", "rsgi", "--backpressure", "4096", "--workers-kill-timeout", "20s")
    argv = (str(BIN / "granian"), *rest, *listen, "--no-ws", "armproject.edge.app:application")
    return Program("edge", argv, grace=25)


def worker() -> Program:
    """Return what does the jobs."""
    # Workers of one queue need not know of each other, and not every broker carries such talk.
    quiet = ("--without-gossip", "--without-mingle", "--without-heartbeat")
    pool = ("-P", "threads", "-c", "12", "-Q", "celery", *quiet)
    argv = (str(BIN / "celery"), "-A", "armproject", "--quiet", "worker", "-n", "arm@w", *pool)
    return Program("worker", argv, grace=20)


def beat() -> Program:
    """Return what ticks, so that whatever is due becomes a job."""
    scheduler = "django_celery_beat.schedulers:DatabaseScheduler"
    argv = (str(BIN / "celery"), "-A", "armproject", "--quiet", "beat", "-S", scheduler)
    return Program("beat", argv, grace=8)


def simulator(port: int) -> Program:
    """Return what stands in for the vendors in the demo."""
    argv = (sys.executable, "-m", "connectors.simulator", "--port", str(port))
    return Program("simulator", argv, grace=5)


def manage(*arguments: str) -> tuple[str, ...]:
    """Return the command line of a management command."""
    return (sys.executable, "manage.py", *arguments)
