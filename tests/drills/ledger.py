"""The ledger: what was acknowledged or done, on disk before anybody goes on."""

import os
from collections import Counter
from pathlib import Path


class Ledger:
    """A file of lines. Several processes may append to it; a line is whole or absent."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def note(self, *words: object) -> None:
        handle = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(handle, (" ".join(map(str, words)) + "\n").encode())
            os.fsync(handle)
        finally:
            os.close(handle)

    def lines(self) -> list[list[str]]:
        text = self.path.read_text() if self.path.exists() else ""
        return [line.split() for line in text.splitlines()]

    def count(self) -> Counter[str]:
        """Return how often each first word stands in the ledger."""
        return Counter(line[0] for line in self.lines())
