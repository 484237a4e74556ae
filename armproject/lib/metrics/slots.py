"""Where the processes of a machine keep their counts, so that they add up and outlive them.

A process takes the lowest slot that no living process holds and counts on where its last holder
stopped. There are as many files as there ever were processes at once, however often they start.
"""

import fcntl
import os
import socket
import sys
from collections.abc import Iterator
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import IO, NamedTuple

# Room that each file takes on the disk at once: a disk that fills up later would otherwise end
# the process at its next count, because these files are memory to it.
ROOM = {"counter": 2 * 2**20, "histogram": 4 * 2**20}
PROGRAMS = (
    ("armproject.edge.app", "edge"),
    ("armproject.wsgi", "web"),
    ("beat", "beat"),
    ("worker", "worker"),
)


class Holder(NamedTuple):
    """A living process and what it runs."""

    slot: int
    pid: int
    program: str


class Slots:
    """The slots of one folder, and the one this process holds."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._pid = 0
        self._slot = 0
        self._held: IO[str] | None = None

    def own(self) -> str:
        """Return the slot of this process; after a fork, the child takes one of its own."""
        if self._pid != os.getpid():
            self._slot, self._held = self._take()
            self._pid = os.getpid()
        return str(self._slot)

    def holders(self) -> Iterator[Holder]:
        """Return the living processes of this machine that hold a slot."""
        for path in sorted(self.folder.glob("slot-*")):
            with suppress(OSError, ValueError), path.open("r+") as handle:
                if _lock(handle):
                    continue
                pid, host, program = handle.read().split()
                if host == socket.gethostname():
                    yield Holder(int(path.name.removeprefix("slot-")), int(pid), program)

    def _take(self) -> tuple[int, IO[str]]:
        for number in count():
            handle = (self.folder / f"slot-{number}").open("a+")
            if _lock(handle):
                handle.truncate(0)
                handle.write(f"{os.getpid()} {socket.gethostname()} {_program()}\n")
                handle.flush()
                self._make_room(number)
                return number, handle
            handle.close()
        raise AssertionError

    def _make_room(self, slot: int) -> None:
        for kind, room in ROOM.items():
            with (self.folder / f"{kind}_{slot}.db").open("ab") as file:
                file.write(bytes(max(room - file.tell(), 0)))


def _lock(handle: IO[str]) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _program() -> str:
    said = " ".join(sys.argv)
    return next((name for mark, name in PROGRAMS if mark in said), "command")
