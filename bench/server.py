"""One web worker over an inventory, started as bin/up starts it, on a port of its own."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from urllib.request import urlopen

from django.conf import settings

from armproject.launch import programs
from armproject.launch.options import Options
from armproject.launch.static_files import collect
from bench.estate import Estate

PATIENCE = 60.0  # seconds for a server to come up on a busy machine


@contextmanager
def serving(
    estate: Estate,
    application: str = "armproject.wsgi:application",
    more: Mapping[str, str] | None = None,
) -> Iterator[int]:
    """Serve the estate with one worker and yield the port."""
    collect(settings.DATA_DIR, settings.DATA_DIR / "static.log")
    port = _free_port()
    options = Options("127.0.0.1", port, settings.DATA_DIR, demo=False, check=False)
    *command, _ = programs.web(options).argv
    with _run([*command, "--log-level", "error", application], port, estate, more):
        yield port


@contextmanager
def serving_edge(estate: Estate) -> Iterator[int]:
    """Serve the estate's telemetry with one edge process and yield the port."""
    port = _free_port()
    options = Options("127.0.0.1", port, settings.DATA_DIR, demo=False, check=False, edge_port=port)
    *command, application = programs.edge(options).argv
    with _run([*command, "--log-level", "error", application], port, estate):
        yield port


@contextmanager
def _run(
    command: list[str], port: int, estate: Estate, more: Mapping[str, str] | None = None
) -> Iterator[None]:
    granian = subprocess.Popen(
        command,
        env={**environment_over(estate.url), **(more or {})},
        cwd=settings.BASE_DIR,
        stdout=sys.stderr,
    )
    try:
        _wait(port, granian)
        yield
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


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait(port: int, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        with suppress(OSError):
            urlopen(f"http://127.0.0.1:{port}/api/health", timeout=2).close()
            return
        time.sleep(0.2)
    raise RuntimeError("The server did not come up.")
