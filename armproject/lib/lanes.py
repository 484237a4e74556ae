"""Lanes to other systems: few calls to a host at a time, and none while it is down.

A lane belongs to this process and is shared by everyone here who calls the same host, so that a
slow or dead vendor takes neither all workers nor all patience.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from threading import BoundedSemaphore, Lock

from armproject.lib.metrics import counter

SLOTS = 16
FAILURES = 5
COOL_DOWN = 30.0

OPENED = counter("breaker_opened_total", "Times that a failing host was given a rest.")
Clock = Callable[[], float]


class LaneClosed(Exception):
    """The call may not start now; `retry_after` (seconds) says when it may be worth asking."""

    def __init__(self, retry_after: float) -> None:
        super().__init__(f"Try again in {retry_after:.0f} s.")
        self.retry_after = retry_after


class LaneFull(LaneClosed):
    """All slots are taken."""


class BreakerOpen(LaneClosed):
    """The host failed too often in a row."""


class Breaker:
    """Opens after `failures` failures in a row; after `cool_down` seconds one call may probe."""

    def __init__(self, failures: int, cool_down: float, clock: Clock) -> None:
        self._limit = failures
        self._cool_down = cool_down
        self._clock = clock
        self._lock = Lock()
        self._failures = 0
        self._reopens_at: float | None = None
        self._probing = False

    def admit(self) -> None:
        """Let a call through or raise `BreakerOpen`."""
        with self._lock:
            if self._reopens_at is None:
                return
            wait = self._reopens_at - self._clock()
            if wait > 0 or self._probing:
                raise BreakerOpen(max(wait, 1.0))
            self._probing = True

    def record(self, *, healthy: bool | None) -> None:
        """Note how a call ended: the host works, failed, or (None) the call does not tell."""
        with self._lock:
            probed, self._probing = self._probing, False
            if healthy:
                self._failures, self._reopens_at = 0, None
            elif healthy is False:
                self._failures += 1
                if probed or self._failures >= self._limit:
                    self._reopens_at = self._clock() + self._cool_down
                    OPENED.inc()


class Passage:
    """One call under way; it says in `healthy` what it learned about the host."""

    healthy: bool | None = None


class Lane:
    """A bulkhead of `slots` calls at a time and a breaker, for one host."""

    def __init__(
        self,
        name: str,
        slots: int = SLOTS,
        *,
        failures: int = FAILURES,
        cool_down: float = COOL_DOWN,
        clock: Clock = time.monotonic,
    ) -> None:
        self.name = name
        self._slots = BoundedSemaphore(slots)
        self._breaker = Breaker(failures, cool_down, clock)

    @contextmanager
    def enter(self, wait: float = 0.0) -> Iterator[Passage]:
        """Hold a slot for the block, waiting at most `wait` seconds for one.

        Raises `LaneFull` or `BreakerOpen` instead of entering.
        """
        if not self._slots.acquire(blocking=wait > 0, timeout=wait if wait > 0 else None):
            raise LaneFull(1.0)
        try:
            self._breaker.admit()
            passage = Passage()
            try:
                yield passage
            finally:
                self._breaker.record(healthy=passage.healthy)
        finally:
            self._slots.release()


@lru_cache(maxsize=4096)
def _shared(name: str) -> Lane:
    return Lane(name)


_making = Lock()


def shared_lane(name: str) -> Lane:
    """Return this process's lane of that name; the least used are forgotten beyond 4096."""
    with _making:
        return _shared(name)


def forget_lanes() -> None:
    """Start over with open lanes, as a fresh process would."""
    with _making:
        _shared.cache_clear()
