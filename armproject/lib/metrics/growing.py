"""Sums of rows that may shrink, told as counters that never do."""

import fcntl
from collections.abc import Mapping
from pathlib import Path
from threading import Lock

import orjson

Sums = Mapping[str, Mapping[str, float]]


class Growing:
    """Remembers in a file what sums were when somebody looked last, and adds up how they grew.

    Sums come by day (or whatever else they are kept by), because days end and leave. One that
    became smaller, as when a row moves from one sum to another, takes nothing back. All processes
    that share the file tell the same; where it cannot be written each tells its own.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = Lock()
        self._kept: dict[str, dict[str, float]] = {}

    def add(self, sums: Sums) -> dict[str, float]:
        """Return for each name how much its sums have grown since the first look."""
        with self._lock:
            try:
                self._kept = _kept_in(self._path, sums)
            except OSError:  # the disk is full, or the folder is not ours
                self._kept = _grown(self._kept, sums)
            return self._kept["total"]


def _kept_in(path: Path, sums: Sums) -> dict[str, dict[str, float]]:
    with path.with_suffix(".lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        kept = _grown(_read(path.read_bytes() if path.exists() else b""), sums)
        # Renamed into its place, so that whoever dies meanwhile leaves the old one whole.
        whole = path.with_suffix(".new")
        whole.write_bytes(orjson.dumps(kept))
        whole.replace(path)
    return kept


def _read(text: bytes) -> dict[str, dict[str, float]]:
    """Return what was kept; a file that is damaged begins anew."""
    try:
        return dict(orjson.loads(text))
    except ValueError:
        return {}


def _grown(kept: dict[str, dict[str, float]], sums: Sums) -> dict[str, dict[str, float]]:
    total = dict(kept.get("total", {}))
    for day, numbers in sums.items():
        before = kept.get(day, {})
        for name, number in numbers.items():
            total[name] = total.get(name, 0) + max(number - before.get(name, 0), 0)
    return {"total": total, **{day: dict(numbers) for day, numbers in sums.items()}}
