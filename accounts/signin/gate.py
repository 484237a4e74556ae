"""Password hashing is heavy on purpose; a few at a time, so that it never starves the process."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

from armproject.lib.errors import TooManyRequests


class Gate:
    """Lets `inside` callers work at once while `waiting` others wait at most `patience` seconds."""

    def __init__(self, inside: int, waiting: int, patience: float) -> None:
        self._work = BoundedSemaphore(inside)
        self._room = BoundedSemaphore(inside + waiting)
        self._patience = patience

    @contextmanager
    def enter(self) -> Iterator[None]:
        """Wait for a turn; raises TooManyRequests when the room is full or the wait too long."""
        if not self._room.acquire(blocking=False):
            raise _busy()
        try:
            if not self._work.acquire(timeout=self._patience):
                raise _busy()
            try:
                yield
            finally:
                self._work.release()
        finally:
            self._room.release()


def _busy() -> TooManyRequests:
    error = TooManyRequests("Many people are signing in just now. Try again in a few seconds.")
    error.retry_after = 3
    return error


# Of the eight threads a web process has, three are always left for everybody else.
password_gate = Gate(inside=2, waiting=3, patience=4.0)
