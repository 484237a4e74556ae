"""Answers that may be some seconds old, and for which nobody waits long."""

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Lock
from typing import Generic, TypeVar

Answer = TypeVar("Answer")


class Latest(Generic[Answer]):
    """What `work` said within the last `fresh` seconds; one thread asks, all who wait share it."""

    def __init__(
        self, work: Callable[[], Answer], *, fresh: float = 15.0, patience: float = 4.0
    ) -> None:
        self._work = work
        self._fresh = fresh
        self._patience = patience
        self._lock = Lock()
        self._threads = ThreadPoolExecutor(1, "latest")
        self._asked: Future[Answer] | None = None
        self._asked_at = 0.0

    def get(self) -> Answer:
        """Return the answer; raises TimeoutError beyond the patience, or what the work raised."""
        with self._lock:
            if self._asked is None or self._is_stale(self._asked):
                self._asked = self._threads.submit(self._work)
                self._asked_at = time.monotonic()
            asked = self._asked
        return asked.result(self._patience)

    def _is_stale(self, asked: Future[Answer]) -> bool:
        if not asked.done():
            return False
        return asked.exception() is not None or time.monotonic() - self._asked_at > self._fresh
