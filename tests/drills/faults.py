"""Faults at exact points of the code: a drill lays a trap, the first process there meets it."""

import os
import signal
import time
from pathlib import Path

from tests.drills.ledger import Ledger

KILL, STOP = "kill", "stop"
SIGNALS = {KILL: signal.SIGKILL, STOP: signal.SIGSTOP}


class Traps:
    """A folder of traps, one file each; springing one is a rename, so each springs once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.sprung = Ledger(folder / "sprung.log")

    def lay(self, point: str, what: str = KILL) -> None:
        self.folder.mkdir(exist_ok=True)
        whole = self.folder / f"{point}.new"
        whole.write_text(what)
        whole.rename(self.folder / point)

    def meet(self, point: str) -> None:
        """Die or freeze here if a trap is laid for this point."""
        mine = self.folder / f"{point}.{os.getpid()}.{time.monotonic_ns()}"
        try:
            (self.folder / point).rename(mine)
        except FileNotFoundError:
            return
        what = mine.read_text()
        self.sprung.note(point, what, os.getpid())
        os.kill(os.getpid(), SIGNALS[what])

    def laid(self) -> list[str]:
        """Return the points whose traps nobody has met yet."""
        known = (path.name for path in self.folder.iterdir())
        return sorted(name for name in known if "." not in name)

    def victims(self) -> list[int]:
        return [int(line[2]) for line in self.sprung.lines()]
