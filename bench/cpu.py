"""What trees of processes cost: CPU time and memory, read from /proc."""

import os
from collections.abc import Iterable
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")
# Where the numbers stand behind the name in /proc/PID/stat.
PARENT, USER, SYSTEM, RESIDENT = 1, 11, 12, 21


def seconds(roots: Iterable[int]) -> float:
    """Return the CPU seconds these processes and all below them have used so far."""
    known = _processes()
    return sum(
        (int(known[pid][USER]) + int(known[pid][SYSTEM])) / TICKS for pid in _tree(roots, known)
    )


def memory(roots: Iterable[int]) -> int:
    """Return the bytes of memory these processes and all below them hold."""
    known = _processes()
    return sum(int(known[pid][RESIDENT]) * PAGE for pid in _tree(roots, known))


def _processes() -> dict[int, list[str]]:
    found = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                text = (folder / "stat").read_text()
            except OSError:
                continue
            found[int(folder.name)] = text.rpartition(")")[2].split()
    return found


def _tree(roots: Iterable[int], known: dict[int, list[str]]) -> set[int]:
    tree = {pid for pid in roots if pid in known}
    while more := {pid for pid, told in known.items() if int(told[PARENT]) in tree} - tree:
        tree |= more
    return tree
