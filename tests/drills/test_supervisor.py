"""bin/up and everything it started are killed, one after the other."""

import http.client
import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from armproject.lib.embedded_postgres import EmbeddedPostgres
from tests.drills.world import (
    NOT_INHERITED,
    ROOT,
    children_of,
    eventually,
    free_port,
    is_alive,
    kill_all,
)

EXTERNAL = {"DATABASE_URL", "DATABASE_OWNER_URL", "ARM_BROKER_DSN"}


class Up:
    """One data folder, and the bin/up that runs on it."""

    def __init__(self, folder: Path) -> None:
        self.data = folder / "data"
        self.log = folder / "up.log"
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> int:
        left_out = NOT_INHERITED | EXTERNAL
        environment = {key: text for key, text in os.environ.items() if key not in left_out}
        options = ("--no-demo", "--port", str(self.port), "--data", str(self.data))
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                (ROOT / "bin" / "up", *options),
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        return self.process.pid

    def health(self) -> dict[str, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=12)
        try:
            connection.request("GET", "/api/health")
            answer = connection.getresponse()
            found: dict[str, str] = json.loads(answer.read())["data"]
        except (OSError, http.client.HTTPException, ValueError, KeyError, TypeError):
            return {}
        else:
            return found if answer.status == 200 else {}
        finally:
            connection.close()

    def wait_until_well(self, seconds: float) -> None:
        """Return once the web answers, and beat, broker and worker have done a turn from now on."""
        eventually(lambda: self.health().get("status") == "ok", seconds, what="the web answers")
        now = self.ask("SELECT clock_timestamp()")
        pulse = "SELECT EXISTS (SELECT 1 FROM jobs_pulse WHERE at > %s)"
        eventually(lambda: self.ask(pulse, now), 30, what="work goes on")

    def ask(self, question: str, *arguments: Any) -> Any:
        server = EmbeddedPostgres(self.data / "postgres")
        with psycopg.connect(**server.superuser_conninfo("arm")) as conn:
            [answer] = conn.execute(question.encode(), arguments or None).fetchone() or [None]
        return answer

    def wait(self, seconds: float) -> int:
        assert self.process is not None
        return self.process.wait(seconds)

    def ask_to_stop(self) -> None:
        assert self.process is not None
        self.process.terminate()

    def child(self, *words: str) -> int:
        """Return the pid of the child whose command line has all these words."""

        def found() -> int:
            assert self.process is not None
            for pid in children_of(self.process.pid):
                line = command(pid)
                if is_alive(pid) and "-c" not in line[:4] and set(words) <= set(line):
                    return pid
            return 0

        return eventually(found, what=f"a child {words} runs")

    @property
    def postmaster(self) -> int:
        return int((self.data / "postgres" / "data" / "postmaster.pid").read_text().split()[0])

    def processes(self) -> list[int]:
        """Return everything that runs on this data folder, whoever its parent is."""
        return [pid for pid in running() if self.has(pid)]

    def has(self, pid: int) -> bool:
        mark = str(self.data)
        try:
            environment = Path(f"/proc/{pid}/environ").read_bytes().decode(errors="replace")
        except (OSError, ProcessLookupError):
            return False
        ours = f"ARM_DATA_DIR={mark}\0" in f"{environment}\0"
        return is_alive(pid) and (ours or any(mark in word for word in command(pid)))

    def servers(self) -> set[int]:
        """Return the processes of the database, which outlives a killed supervisor on purpose."""
        return {self.postmaster, *children_of(self.postmaster)}


def wait_until_gone(up: Up, seconds: float) -> None:
    """Return once nothing of the killed supervisor runs but the database, or name what does."""
    try:
        eventually(lambda: set(up.processes()) <= up.servers(), seconds)
    except AssertionError:
        left = [command(pid) for pid in set(up.processes()) - up.servers()]
        raise AssertionError(f"still there after {seconds:g} s: {left}") from None


def running() -> list[int]:
    return [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]


def command(pid: int) -> list[str]:
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").split("\0")
    except OSError:
        return []
    return [word.rpartition("/")[2] if "/bin/" in word else word for word in words]


@pytest.fixture
def up(tmp_path: Path) -> Iterator[Up]:
    made = Up(tmp_path)
    yield made
    kill_all(made.processes())
    if made.process is not None:
        made.process.kill()
        made.process.wait(10)


def test_whatever_is_killed_comes_back(up: Up) -> None:
    up.start()
    eventually(lambda: "Ctrl-C stops it" in up.log.read_text(), 60, what="it is up")
    up.wait_until_well(60)
    web, worker, beat = (
        up.child("granian", "wsgi"),
        up.child("celery", "worker"),
        up.child("celery", "beat"),
    )
    [application] = children_of(web)  # granian runs it in a process of its own
    kill_all([application, worker, beat])
    up.wait_until_well(40)
    assert up.child("celery", "worker") != worker
    assert up.child("celery", "beat") != beat
    web, postmaster = up.child("granian", "wsgi"), up.postmaster
    kill_all([web, postmaster])
    up.wait_until_well(40)
    assert up.child("granian", "wsgi") != web
    assert up.postmaster != postmaster


def test_a_killed_supervisor_leaves_nothing_in_the_way(up: Up) -> None:
    supervisor = up.start()
    up.wait_until_well(60)
    kill_all([supervisor])
    up.wait(10)
    wait_until_gone(up, 25)
    up.start()
    up.wait_until_well(40)
    eventually(lambda: "Ctrl-C stops it" in up.log.read_text().rpartition("Starting ARM")[2])
    up.ask_to_stop()
    assert up.wait(40) == 0
    assert up.processes() == []
