"""A running ARM: real workers, beats and web servers as direct children, and ways to hurt them."""

import http.client
import json
import os
import random
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

from celery import Celery

from armproject.launch import programs
from armproject.launch.options import Options
from armproject.lib.supervisor import Patience, Program, Supervisor
from tests.cast import House
from tests.drills.cluster import Cluster
from tests.drills.faults import Traps
from tests.drills.ledger import Ledger

T = TypeVar("T")
ROOT = Path(__file__).resolve().parents[2]
NOT_INHERITED = {"ARM_TESTING", "ARM_LOG_LEVEL", "DJANGO_SETTINGS_MODULE", "REDIS_URL"}
# Programs start again as under bin/up, only that no number of kills makes them hopeless.
PATIENCE = Patience(first_pause=0.5, longest_pause=2, short_lives=1000)


@dataclass
class World:
    """What one drill started, in its own folder, on its own database."""

    folder: Path
    cluster: Cluster
    house: House
    redis: "Redis | None" = None
    postgres: Path | None = None  # where its programs find Postgres, if not at the server itself
    seed: int = 7
    port: int = 0
    started: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.dice = random.Random(self.seed)
        self.traps = Traps(self.folder / "traps")
        self.traps.folder.mkdir()
        self.outside = Ledger(self.folder / "outside.log")
        self.written = Ledger(self.folder / "written.log")
        self.acknowledged = Ledger(self.folder / "acknowledged.log")
        self.supervisor = Supervisor(self.folder / "logs", PATIENCE, quiet=True)
        # The clock's tick comes each second instead of every five.
        self.cluster.execute(
            "WITH made AS (INSERT INTO django_celery_beat_intervalschedule (every, period)"
            " VALUES (1, 'seconds') RETURNING id)"
            " UPDATE django_celery_beat_periodictask SET interval_id = made.id FROM made"
            " WHERE task = 'jobs.relay'"
        )

    @property
    def environment(self) -> dict[str, str]:
        inherited = {key: text for key, text in os.environ.items() if key not in NOT_INHERITED}
        carrier = {"REDIS_URL": self.redis.url} if self.redis else {}
        detour = {"DRILL_POSTGRES": str(self.postgres)} if self.postgres else {}
        return {
            **inherited,
            **self.cluster.environment,
            **carrier,
            **detour,
            "ARM_BROKER_DSN": self.cluster.broker_dsn,
            "DJANGO_SETTINGS_MODULE": "tests.drills.settings",
            "DRILL_FOLDER": str(self.folder),
            "PYTHONPATH": str(ROOT),
        }

    def start(self, *names: str) -> None:
        """Start programs by name: worker-1, worker-2, beat-1, web …"""
        for name in names:
            program = _program(name, self.options)
            # Nobody waits for a farewell: at the end of a drill everything is killed.
            hurried = replace(program, name=name, env=self.environment, grace=0.05)
            self.supervisor.start(hurried)
            self.started.append(name)

    @property
    def options(self) -> Options:
        self.port = self.port or free_port()
        return Options("127.0.0.1", self.port, self.folder, demo=False, check=False)

    def wait_until_working(self, seconds: float = 40) -> None:
        """Return once the relay has come by, so that beat, broker and a worker are all there."""
        began = self.now()
        query = "SELECT 1 FROM jobs_pulse WHERE at > %s"
        eventually(lambda: self.cluster.rows(query, began), seconds, what="the relay comes by")

    def wait_until_serving(self, seconds: float = 40) -> None:
        eventually(lambda: self.ask("GET", "/api/health")[0] == 200, seconds, what="web answers")

    def messenger(self) -> Celery:
        """Return an application that puts messages of our choice onto the world's broker."""
        app = Celery(
            "drill", broker=self.redis.url if self.redis else "pgmq://", set_as_current=False
        )
        if self.redis is None:
            options = {"conn_string": self.cluster.broker_dsn, "init_extension": False}
            app.conf.broker_transport_options = options
        app.conf.task_default_queue = "celery"
        return app

    def log(self, name: str) -> str:
        return (self.folder / "logs" / f"{name}.log").read_text()

    def now(self) -> Any:
        return self.cluster.rows("SELECT clock_timestamp()")[0][0]

    def ask(
        self, method: str, path: str, body: Any = None, *, token: str = "", patience: float = 10
    ) -> tuple[int, Any]:
        """Call the web server; no answer is status 0."""
        headers = {"Content-Type": "application/json"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=patience)
        try:
            content = None if body is None else json.dumps(body)
            connection.request(method, path, content, headers)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read() or b"null")
        except (OSError, http.client.HTTPException, ValueError):
            return 0, None
        finally:
            connection.close()

    def pid(self, name: str) -> int:
        """Return the pid of a program once it runs."""

        def living() -> int | None:
            pid = self.supervisor.pid(name)
            return pid if pid and is_alive(pid) else None

        return eventually(living, what=f"{name} runs") or 0

    def kill_postgres(self) -> None:
        """Kill the server of this drill and every process of it, at once."""
        postmaster = int(self.cluster.pid_file.read_text().splitlines()[0])
        kill_all([postmaster, *children_of(postmaster)])

    def hit(self, name: str, number: int = signal.SIGKILL) -> int:
        """Send a signal to one program and return its pid."""
        pid = self.pid(name)
        os.kill(pid, number)
        return pid

    def kill_whole(self, name: str) -> int:
        """Kill a program and every process below it, and return the pid it had."""
        pid = self.pid(name)
        kill_all(tree_of(pid))
        return pid

    def freeze(self, name: str) -> None:
        self.hit(name, signal.SIGSTOP)

    def wake(self, pid: int) -> None:
        os.kill(pid, signal.SIGCONT)

    def schedule(self, kind: str, seconds: int, *, label: str) -> None:
        """Put a schedule that only drills declare where the beats read theirs."""
        self.cluster.execute(
            "WITH made AS (INSERT INTO django_celery_beat_intervalschedule (every, period)"
            " VALUES (%s, 'seconds') RETURNING id)"
            " INSERT INTO django_celery_beat_periodictask (name, task, args, kwargs, interval_id,"
            "  enabled, one_off, total_run_count, date_changed, description, headers)"
            " SELECT %s, 'jobs.schedule', '[]', %s, id, true, false, 0, now(), '', '{}' FROM made",
            seconds,
            label,
            json.dumps({"schedule": kind}),
        )

    def stop(self) -> None:
        for pid in {pid for name in self.started if (pid := self.supervisor.pid(name))}:
            if is_alive(pid):  # a frozen one would not die of anything else
                os.kill(pid, signal.SIGCONT)
        self.supervisor.stop()


def _program(name: str, options: Options) -> Program:
    kind = name.partition("-")[0]
    if kind == "web":
        return programs.web(options)
    if kind == "edge":
        return programs.edge(replace(options, edge_port=options.port))
    if kind == "beat":
        return programs.beat()
    worker = programs.worker()
    named = (f"{name}@drill" if word == "arm@w" else word for word in worker.argv)
    return replace(worker, argv=tuple(named))


class Redis:
    """A Redis that keeps nothing, so that its death loses every message."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        nothing_kept = ("--save", "", "--appendonly", "no", "--dir", str(self.folder))
        with (self.folder / "redis.log").open("ab") as log:
            self.process = subprocess.Popen(
                ("redis-server", "--port", str(self.port), "--bind", "127.0.0.1", *nothing_kept),
                stdout=log,
                stderr=log,
            )
        eventually(lambda: _listens(self.port), what="Redis listens")

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait(10)
            self.process = None


def eventually(condition: Callable[[], T], seconds: float = 20, *, what: str = "it") -> T:
    """Return what the condition returns once it is true; fail when the time is up.

    The limits hold for a quiet machine; one that is busy with other things is given more.
    """
    deadline = time.monotonic() + seconds * strain()
    while True:
        if found := condition():
            return found
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds:g} seconds: {what}")
        time.sleep(0.1)


def strain() -> float:
    """Return how many times more work this machine has than processors, from one to four."""
    return min(max(os.getloadavg()[0] / (os.cpu_count() or 1), 1.0), 4.0)


def is_alive(pid: int) -> bool:
    """Tell whether this process runs; a zombie does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):  # gone before it was opened, or read
        return False


def children_of(parent: int) -> list[int]:
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(fields[1]) == parent:
            found.append(int(stat.parent.name))
    return found


def tree_of(pid: int) -> list[int]:
    """Return this process and all below it."""
    return [pid, *(each for child in children_of(pid) for each in tree_of(child))]


def kill_all(pids: Iterable[int]) -> None:
    for pid in pids:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
