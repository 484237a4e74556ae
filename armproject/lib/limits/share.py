"""A fair share of this process's hands: who floods it leaves room for others."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock

from armproject.lib.errors import TooManyRequests

# So long after their last call others still count as being here.
REMEMBERED = 30.0
MOST_CALLERS = 5_000


class Share:
    """Lets one caller have at most `most` calls under way while others call, too.

    Alone, a caller may have all the hands there are.
    """

    def __init__(self, most: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = most
        self._clock = clock
        self._under_way: dict[object, int] = {}
        self._seen: dict[object, float] = {}
        self._lock = Lock()

    @contextmanager
    def hold(self, caller: object) -> Iterator[None]:
        """Have one call of this caller under way for the block, or raise TooManyRequests."""
        with self._lock:
            now = self._clock()
            if len(self._seen) >= MOST_CALLERS:
                self._seen.clear()
            self._seen[caller] = now
            mine = self._under_way.get(caller, 0)
            if mine >= self._most and self._has_others(caller, now):
                refusal = TooManyRequests("Too many of your calls are under way; others call, too.")
                refusal.retry_after = 1.0
                raise refusal
            self._under_way[caller] = mine + 1
        try:
            yield
        finally:
            with self._lock:
                left = self._under_way[caller] - 1
                if left:
                    self._under_way[caller] = left
                else:
                    del self._under_way[caller]

    def _has_others(self, caller: object, now: float) -> bool:
        recent = now - REMEMBERED
        return any(at > recent and other != caller for other, at in self._seen.items())
