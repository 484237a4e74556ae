"""Runs a few programs together: starts again what dies, keeps their logs, stops them in order."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Final

LOG_MAX: Final = 5 * 2**20
SAME_SIGNAL: Final = 1.0  # seconds in which a repeated signal is the same wish to stop
KEPT_LINES: Final = 30
# Runs a program that the kernel stops with its parent, also when the parent is killed with -9.
FOLLOW: Final = (
    "import ctypes, os, sys\n"
    "ctypes.CDLL(None).prctl(1, 15, 0, 0, 0)\n"  # PR_SET_PDEATHSIG, SIGTERM
    "if os.getppid() != int(sys.argv[1]): sys.exit(1)\n"
    "os.execvp(sys.argv[2], sys.argv[2:])\n"
)


@dataclass(frozen=True)
class Program:
    """What to run, and how many seconds it may take to stop."""

    name: str
    argv: tuple[str, ...]
    env: Mapping[str, str] | None = None
    grace: float = 10.0


@dataclass(frozen=True)
class Patience:
    """How a dead program is started again, and when that is hopeless."""

    first_pause: float = 1.0
    longest_pause: float = 30.0
    short_life: float = 2.0
    short_lives: int = 10


class GaveUp(Exception):
    """A program could not live; `lines` are the last it wrote."""

    def __init__(self, name: str, lines: list[str]) -> None:
        super().__init__(f"{name} cannot be kept running.")
        self.name = name
        self.lines = lines


@dataclass
class Child:
    """One program and the thread that keeps it alive."""

    program: Program
    patience: Patience
    log: Path
    say: Callable[[str, str], None]
    gave_up: Callable[["Child"], None]
    lines: deque[str] = field(default_factory=lambda: deque(maxlen=KEPT_LINES))
    deaths: int = 0
    lived: float = 0.0  # seconds, the last time
    process: subprocess.Popen[str] | None = None

    def __post_init__(self) -> None:
        self._guard = threading.Lock()
        self._stopping = threading.Event()
        # The kernel ties a child to the thread that forked it, so this one lives as long.
        self._thread = threading.Thread(target=self._keep_alive, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Ask the program to end, wait, and kill what is left of it."""
        with self._guard:
            self._stopping.set()
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(self.program.grace)
                return self._thread.join()
            self.say(self.program.name, "did not stop in time and is killed")
            self.kill()
        return self._thread.join()

    def kill(self) -> None:
        """End the program and every process it started, at once."""
        with self._guard:
            self._stopping.set()
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)

    def _keep_alive(self) -> None:
        short_lives = 0
        while (code := self._live()) is not None:
            self.deaths += 1
            short_lives = short_lives + 1 if self.lived < self.patience.short_life else 0
            if short_lives >= self.patience.short_lives:
                return self.gave_up(self)
            pause = self.patience.first_pause * 2 ** max(short_lives - 1, 0)
            pause = min(pause, self.patience.longest_pause)
            self.say(self.program.name, f"ended ({code}) and starts again in {pause:g} s")
            self._stopping.wait(pause)
        return None

    def _live(self) -> int | None:
        """Run the program once and return its exit code, or None where it should have ended."""
        born = time.monotonic()
        with self._guard:
            if self._stopping.is_set():
                return None
            self.process = process = self._spawn()
        reader = threading.Thread(target=self._read, args=(process,), daemon=True)
        reader.start()
        code = process.wait()
        self.lived = time.monotonic() - born
        # Its helpers would hold its port and its output; they are of its session.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        reader.join(5)
        return None if self._stopping.is_set() else code

    def _spawn(self) -> subprocess.Popen[str]:
        argv = self.program.argv
        if sys.platform == "linux":
            argv = (sys.executable, "-I", "-S", "-c", FOLLOW, str(os.getpid()), *argv)
        # A session of its own: Ctrl-C in the terminal reaches only the supervisor, which then
        # asks each main process to stop. A signal to a group would hit their helpers as well.
        return subprocess.Popen(  # noqa: S603 - the caller's own programs
            argv,
            env=self.program.env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,
        )

    def _read(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None  # noqa: S101 - it was asked for above
        with process.stdout as output, self.log.open("a", encoding="utf-8") as log:
            for line in output:
                text = line.rstrip("\n")
                self.lines.append(text)
                log.write(f"{text}\n")
                log.flush()
                self.say(self.program.name, text)


class Supervisor:
    """Keeps programs running until one of them is hopeless or somebody asks to stop."""

    def __init__(
        self, logs: Path, patience: Patience | None = None, *, quiet: bool = False
    ) -> None:
        self.logs = logs
        self.quiet = quiet
        self._patience = patience or Patience()
        self._children: dict[str, Child] = {}
        self._hopeless: Child | None = None
        self._failed = threading.Event()
        self._mouth = threading.Lock()

    def start(self, program: Program) -> None:
        """Start a program and keep it running from now on."""
        self.logs.mkdir(parents=True, exist_ok=True, mode=0o700)
        log = self.logs / f"{program.name}.log"
        if log.exists() and log.stat().st_size > LOG_MAX:
            log.replace(log.with_suffix(".log.1"))
        self._children[program.name] = Child(program, self._patience, log, self._say, self._fail)

    def deaths(self, name: str) -> int:
        """Count how often this program has ended without being asked to."""
        return self._children[name].deaths if name in self._children else 0

    def last_lines(self, name: str) -> list[str]:
        """Return the last lines this program wrote."""
        return list(self._children[name].lines)

    def pid(self, name: str) -> int | None:
        """Return the process id of this program, if it was started."""
        process = self._children[name].process
        return process.pid if process else None

    def wait(self, watch: Callable[[], None] | None = None, every: float = 1.0) -> None:
        """Block until a program is hopeless, then raise GaveUp; `watch` is called in between."""
        while not self._failed.wait(every):
            if watch is not None:
                watch()
        self.refuse_hopeless()

    def refuse_hopeless(self) -> None:
        """Raise GaveUp when one of the programs cannot live."""
        if self._hopeless is not None:
            name = self._hopeless.program.name
            raise GaveUp(name, self.last_lines(name))

    def stop(self, order: Iterable[str] = ()) -> None:
        """Stop the programs one after the other: those named first, then the rest."""
        named = [name for name in order if name in self._children]
        rest = [name for name in self._children if name not in named]
        try:
            for name in (*named, *rest):
                self._say(name, "stops")
                self._children[name].stop()
        except KeyboardInterrupt:
            for child in self._children.values():
                child.kill()

    def _fail(self, child: Child) -> None:
        self._hopeless = child
        self._failed.set()

    def _say(self, name: str, text: str) -> None:
        if not self.quiet:
            with self._mouth, contextlib.suppress(OSError):
                print(f"{name:>9} | {text}", flush=True)  # noqa: T201 - the terminal is its screen


def stop_on_signals() -> None:
    """Let SIGTERM and SIGHUP interrupt the main thread as Ctrl-C does, each wish only once."""
    last = -SAME_SIGNAL

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        nonlocal last
        now, before, last = time.monotonic(), last, time.monotonic()
        # timeout(1) and some shells send the same signal twice within a moment.
        if now - before > SAME_SIGNAL:
            raise KeyboardInterrupt

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupt)
