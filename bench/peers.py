"""Two other products that take OpenTelemetry traces, each with its own store on the same machine.

They are installed into an environment of their own. What counts is what can be seen: spans in
their store, from the first request until no more appear.
"""

import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from django.conf import settings

from bench.load import post_all
from bench.rows import say
from bench.sent import Bodies
from bench.server import end, free_port, wait_for

PACKAGES = ("arize-phoenix==20.26.1", "mlflow==3.17.2")
SIZE, LINES, STARTING = 100, 4, 240.0
QUIET, LONGEST = 10.0, 300.0


@dataclass(frozen=True)
class Peer:
    """How a product is started and where its spans lie; `{}` is its folder, `{port}` its port."""

    name: str
    command: tuple[str, ...]
    store: str
    requests: int
    environment: dict[str, str]
    headers: dict[str, str]


PHOENIX = Peer(
    "Phoenix",
    ("phoenix", "serve"),
    "phoenix.db",
    10,
    {"PHOENIX_HOST": "127.0.0.1", "PHOENIX_TELEMETRY_ENABLED": "false"},
    {},
)
MLFLOW = Peer(
    "MLflow",
    ("mlflow", "server", "--host", "127.0.0.1", "--workers", "2", "--backend-store-uri"),
    "mlflow.db",
    40,
    {"MLFLOW_DISABLE_TELEMETRY": "true"},
    {"x-mlflow-experiment-id": "0"},
)


def visible(make: Callable[[int, int], Bodies]) -> Iterator[tuple[str, float | None]]:
    """Yield each product's visible spans a second; None where it cannot be had here."""
    programs = _installed()
    for peer in (MLFLOW, PHOENIX):
        say(f"ingest: {peer.name}")
        try:
            yield peer.name, _measured(peer, programs, make) if programs else None
        except (OSError, RuntimeError, sqlite3.Error) as problem:
            say(f"ingest: {peer.name}: {problem}")
            yield peer.name, None


def _installed() -> Path | None:
    """Return the folder of the products' programs, installed there unless they are already."""
    home = Path(settings.DATA_DIR) / "peers"
    stamp, wanted = home / "installed", "\n".join(PACKAGES)
    uv = str(Path(sys.executable).parent / "uv")
    if not stamp.exists() or stamp.read_text() != wanted:
        say("ingest: installing the products to compare with …")
        python = str(home / "bin" / "python")
        for command in (
            (uv, "venv", "-q", "--clear", "--python", sys.executable, str(home)),
            (uv, "pip", "install", "-q", "--python", python, *PACKAGES),
        ):
            if subprocess.run(command, check=False).returncode:
                return None
        stamp.write_text(wanted)
    return home / "bin"


def _measured(peer: Peer, programs: Path, make: Callable[[int, int], Bodies]) -> float:
    bodies = make(peer.requests, SIZE)
    with TemporaryDirectory() as folder, _running(peer, programs, Path(folder)) as port:
        headers = {"Content-Type": "application/x-protobuf", **peer.headers}
        post_all(port, "/v1/traces", headers, make(1, SIZE), lines=1)  # makes what it needs
        _settled(Path(folder) / peer.store, 0)
        began = time.perf_counter()
        post_all(port, "/v1/traces", headers, bodies, lines=LINES)
        seen, at = _settled(Path(folder) / peer.store, SIZE * peer.requests + SIZE)
        return max(seen - SIZE, 1) / (at - began)


def _settled(store: Path, wanted: int) -> tuple[int, float]:
    """Return how many spans are there once all are, or no more come, and since when they were."""
    seen, at, latest = 0, time.perf_counter(), time.perf_counter() + LONGEST
    while time.perf_counter() < latest:
        now = _count(store)
        if now != seen:
            seen, at = now, time.perf_counter()
        if (wanted and seen >= wanted) or time.perf_counter() - at > QUIET:
            break
        time.sleep(0.05)
    return seen, at


def _count(store: Path) -> int:
    with closing(sqlite3.connect(f"file:{store}?mode=ro", uri=True, timeout=30)) as database:
        found: int = database.execute("SELECT count(*) FROM spans").fetchone()[0]
    return found


@contextmanager
def _running(peer: Peer, programs: Path, folder: Path) -> Iterator[int]:
    port = free_port()
    command = [str(programs / peer.command[0]), *peer.command[1:]]
    if peer is MLFLOW:
        command += [f"sqlite:///{folder / peer.store}", "--port", str(port)]
    environment = {
        **{name: text for name, text in os.environ.items() if not name.startswith("DJANGO")},
        **peer.environment,
        "PHOENIX_WORKING_DIR": str(folder),
        "PHOENIX_PORT": str(port),
        "PHOENIX_GRPC_PORT": str(free_port()),
    }
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=log, stderr=log, start_new_session=True
        )
        try:
            wait_for(f"http://127.0.0.1:{port}/", server, STARTING)
            yield port
        finally:
            end(server)
