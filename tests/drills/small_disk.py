"""A disk of a few megabytes, which can be filled up."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass
class SmallDisk:
    folder: Path

    def fill(self, leaving: int = 1_000_000) -> Path:
        """Take all but this many bytes of what is free by one file, and return it."""
        filler = self.folder / "filler"
        found = os.statvfs(self.folder)
        with filler.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, found.f_bavail * found.f_frsize - leaving)
        return filler


@contextmanager
def mounted(folder: Path, megabytes: int) -> Iterator[SmallDisk]:
    """Mount one at a folder; the drill is left out where this process may not mount."""
    folder.mkdir()
    try:
        _run("mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", folder)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("file systems cannot be mounted here; this drill fills one")
    try:
        yield SmallDisk(folder)
    finally:
        _run("umount", "--lazy", folder)


def _run(*words: str | Path) -> None:
    subprocess.run(words, check=True, capture_output=True, timeout=20)
