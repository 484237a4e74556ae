"""Buckets in this process's memory: what is left when the shared store is away."""

import time
from collections.abc import Callable, Sequence
from threading import Lock

from armproject.lib.limits.bucket import MICROSECONDS, Bucket, Held

MOST = 20_000


def microseconds() -> int:
    """Return a clock that never goes back."""
    return int(time.monotonic() * MICROSECONDS)


class ProcessStore:
    """Goes on from what the shared store last said.

    Each of `processes` does so alone, so a call counts here for as many as there are: together
    they let through what is left, and no process more than its share.
    """

    def __init__(self, processes: int = 1, clock: Callable[[], int] = microseconds) -> None:
        self._processes = processes
        self._clock = clock
        self._empty_at: dict[str, int] = {}
        self._lock = Lock()

    def take(self, buckets: Sequence[Bucket], cost: int) -> Held:
        with self._lock:
            now = self._clock()
            levels = [max(0, self._empty_at.get(bucket.key, 0) - now) for bucket in buckets]
            pairs = list(zip(buckets, levels, strict=True))
            weight = cost * self._processes
            if any(level + weight * b.interval > b.tolerance for b, level in pairs):
                return False, tuple(levels)
            levels = [level + weight * bucket.interval for bucket, level in pairs]
            self._keep(buckets, levels, now)
            return True, tuple(levels)

    def remember(self, buckets: Sequence[Bucket], held: Held) -> None:
        """Note what the shared store says."""
        with self._lock:
            self._keep(buckets, held[1], self._clock())

    def _keep(self, buckets: Sequence[Bucket], levels: Sequence[int], now: int) -> None:
        if len(self._empty_at) > MOST:
            self._empty_at = {key: at for key, at in self._empty_at.items() if at > now}
        for bucket, level in zip(buckets, levels, strict=True):
            self._empty_at[bucket.key] = now + level
