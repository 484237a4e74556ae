"""Brings everything up, step by step, and keeps it running until somebody stops it."""

import os
import platform
import sys
import time

from armproject.launch import programs, static_files
from armproject.launch.commands import run_command
from armproject.launch.data_folder import DataFolder, is_free
from armproject.launch.database import choose
from armproject.launch.demo import make_demo
from armproject.launch.options import Options
from armproject.launch.progress import Progress, frame, say
from armproject.launch.readiness import answers, is_healthy, wait_until, work_is_done
from armproject.launch.trouble import Trouble
from armproject.lib import secrets_file
from armproject.lib.prepare_server import PostgresUnusable
from armproject.lib.supervisor import GaveUp, Supervisor

PYTHONS = ((3, 11), (3, 13))
FIRST_EMAIL = "owner@example.com"


class Launch:
    """One run of bin/up."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.folder = DataFolder(options.data)
        self.progress = Progress()
        self.supervisor = Supervisor(self.folder.logs, quiet=True)
        self.facts: list[str] = []
        self.has_edge = False
        self._health = f"{options.address}/api/health"
        self.setup_log = self.folder.logs / "setup.log"

    def run(self) -> None:
        """Bring everything up; stay until interrupted, or stop again where it was only a check."""
        say("Starting ARM")
        with self.progress.step(f"Python {platform.python_version()}"):
            _refuse_other_pythons()
        if not self.options.data.exists():
            self._refuse_busy_port()
        with self.progress.step("Data folder"):
            self.folder.prepare()
        with self.folder.claim(self.options.address):
            self._set_environment()
            self.database = choose(self.options.data)
            try:
                self._set_up()
                self._start()
                self._stay()
            finally:
                self._stop()

    def report(self) -> list[str]:
        """Return what was done and what the demo holds, as the lines of a table."""
        return [*self.progress.table(), *(["", *self.facts] if self.facts else [])]

    def _refuse_busy_port(self) -> None:
        """Refuse before anything is made, and again once the folder is ours."""
        if not is_free(self.options.host, self.options.port):
            raise Trouble(
                f"Port {self.options.port} is in use by another program: stop it, or choose "
                "another port with --port."
            )

    def _set_environment(self) -> None:
        self._refuse_busy_port()
        os.environ["ARM_DATA_DIR"] = str(self.options.data)
        os.environ["DJANGO_SETTINGS_MODULE"] = "armproject.settings"
        os.environ["PYTHONUNBUFFERED"] = "1"
        os.environ.setdefault("ARM_BASE_URL", self.options.address)
        self.has_edge = is_free(self.options.host, self.options.edge_port)
        os.environ.setdefault("ARM_WEB_PROCESSES", "2" if self.has_edge else "1")

    def _set_up(self) -> None:
        with self.progress.step("Secrets"):
            if not os.environ.get("DATABASE_URL"):
                secrets_file.load_or_create(self.options.data / "secrets.env")
        with self.progress.step(self.database.title):
            owner = self.database.prepare()
        with self.progress.step("Database migrations"):
            migrate = ("migrate", "--database", "owner", "--noinput")
            run_command(*migrate, log=self.setup_log, env=owner)
        with self.progress.step("Static files"):
            static_files.collect(self.options.data, self.setup_log)

    def _start(self) -> None:
        with self.progress.step("Web, worker and beat"):
            for program in (programs.web(self.options), programs.worker(), programs.beat()):
                self.supervisor.start(program)
            wait_until(is_healthy, self.supervisor, "web", self._health)
        self._start_edge()
        if self.options.demo:
            self._start_demo()
        elif not self.folder.has_account():
            with self.progress.step("First account"):
                self._make_account()

    def _start_edge(self) -> None:
        """Start what takes in telemetry on a port of its own, unless somebody else is there."""
        if not self.has_edge:
            say(
                f"  Port {self.options.edge_port} is in use: telemetry comes in at"
                f" {self.options.address} alone, or choose another port with --edge-port."
            )
            return
        with self.progress.step("Telemetry"):
            self.supervisor.start(programs.edge(self.options))
            wait_until(
                is_healthy, self.supervisor, "edge", f"{self.options.edge_address}/api/health"
            )

    def _start_demo(self) -> None:
        with self.progress.step("Vendor simulator"):
            port = self.folder.simulator_port()
            self.supervisor.start(programs.simulator(port))
            address = f"http://127.0.0.1:{port}"
            wait_until(answers, self.supervisor, "simulator", address)
        with self.progress.step("Demo organization", talks=True):
            self.facts = make_demo(address, self.setup_log, self.progress)
            self.folder.note_account()

    def _make_account(self) -> None:
        try:
            said = run_command("create_owner", "--email", FIRST_EMAIL, log=None)
        except Trouble as problem:
            if not any("already" in line for line in problem.lines):
                raise
            self.folder.note_account()  # a new folder for a database that was used before
        else:
            self.folder.note_account(FIRST_EMAIL, said[-1])

    def _stay(self) -> None:
        if self.options.check:
            with self.progress.step("Work is being done"):
                wait_until(work_is_done, self.supervisor, "worker", self._health)
            return self._refuse_unsteady()
        say("\n" + frame(self._welcome()) + "\n")
        self.supervisor.quiet = False
        return self.supervisor.wait(self._watch)

    def _refuse_unsteady(self) -> None:
        for name in programs.STOP_ORDER:
            if self.supervisor.deaths(name):
                raise GaveUp(name, self.supervisor.last_lines(name))

    def _welcome(self) -> list[str]:
        lines = [f"ARM is running at {self.options.address}/", ""]
        if self.has_edge:
            lines[1:] = [f"and takes in telemetry at {self.options.edge_address}/", ""]
        if self.facts:
            lines += [*self.facts, ""]
        if found := self.folder.sign_in():
            lines += [*found, f"(kept in {self.options.data / 'sign-in.txt'})", ""]
        return [*lines, "Ctrl-C stops it. The programs' logs are in", str(self.folder.logs)]

    def _watch(self) -> None:
        try:
            self.database.watch()
        except PostgresUnusable as problem:
            say(f"database | {problem}")
            time.sleep(5)

    def _stop(self) -> None:
        with self.progress.step("Stopping"):
            self.supervisor.quiet = True
            self.supervisor.stop(programs.STOP_ORDER)
            self.database.stop()


def _refuse_other_pythons() -> None:
    oldest, newest = PYTHONS
    if not oldest <= sys.version_info[:2] <= newest:
        raise Trouble("ARM needs Python 3.11, 3.12 or 3.13: set PYTHON to one of these.")
