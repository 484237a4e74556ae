"""One web worker over an inventory, started as bin/up starts it, on a port of its own."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from urllib.request import urlopen

from django.conf import settings

from armproject.launch import programs
from armproject.launch.options import Options
from armproject.launch.static_files import collect
from bench.estate import Estate

PATIENCE = 60.0  # seconds for a server to come up on a busy machine


@dataclass(frozen=True)
class Served:
    """A server that runs: where it listens, and the process above all of its own."""

    port: int
    pid: int


@contextmanager
def serving(
    estate: Estate,
    application: str = "armproject.wsgi:application",
    more: Mapping[str, str] | None = None,
) -> Iterator[int]:
    """Serve the estate with one worker and yield the port."""
    with serving_web(estate, application, more) as served:
        yield served.port


@contextmanager
def serving_web(
    estate: Estate,
    application: str = "armproject.wsgi:application",
    more: Mapping[str, str] | None = None,
) -> Iterator[Served]:
    """Serve the estate with one worker and tell where."""
    collect(settings.DATA_DIR, settings.DATA_DIR / "static.log")
    *command, _ = programs.web(_options()).argv
    with _run([*command, application], estate, more) as served:
        yield served


@contextmanager
def serving_edge(estate: Estate) -> Iterator[Served]:
    """Serve the estate's telemetry with one edge process and tell where."""
    with _run(list(programs.edge(_options()).argv), estate) as served:
        yield served


def _options() -> Options:
    port = free_port()
    return Options("127.0.0.1", port, settings.DATA_DIR, demo=False, check=False, edge_port=port)


@contextmanager
def _run(
    command: list[str], estate: Estate, more: Mapping[str, str] | None = None
) -> Iterator[Served]:
    port = int(command[command.index("--port") + 1])
    granian = subprocess.Popen(
        [*command, "--log-level", "error"],
        env={**environment_over(estate.url), **(more or {})},
        cwd=settings.BASE_DIR,
        stdout=sys.stderr,
    )
    try:
        wait_for(f"http://127.0.0.1:{port}/api/health", granian)
        yield Served(port, granian.pid)
    finally:
        end(granian)


def environment_over(url: str) -> dict[str, str]:
    """Return the environment in which the product's programs work on this database."""
    return {
        **os.environ,
        "DATABASE_URL": url,
        "ARM_SECRET_KEY": settings.SECRET_KEY,
        "ARM_MASTER_KEYS": settings.ARM_MASTER_KEYS,
        "ARM_BROKER_DSN": settings.CELERY_BROKER_TRANSPORT_OPTIONS["conn_string"],
        "ARM_LOG_LEVEL": "ERROR",
        "PYTHONPATH": str(settings.BASE_DIR),
    }


def end(process: "subprocess.Popen[bytes]", patience: float = 10.0) -> None:
    """End a process we started, whatever state it is in."""
    process.terminate()
    with suppress(subprocess.TimeoutExpired):
        process.wait(patience)
        return
    process.kill()
    process.wait()


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_for(url: str, process: "subprocess.Popen[bytes]", patience: float = PATIENCE) -> None:
    """Return once the server answers here."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline and process.poll() is None:
        with suppress(OSError):
            urlopen(url, timeout=2).close()
            return
        time.sleep(0.2)
    raise RuntimeError("The server did not come up.")
