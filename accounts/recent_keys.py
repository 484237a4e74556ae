"""What was learnt of API keys within the last second, in this process."""

import time
from collections.abc import Callable
from typing import Any, TypeVar

SECONDS = 1.0
MOST = 1_000

Found = TypeVar("Found")


class RecentKeys:
    """Keys by the digest of their whole token, so that only who holds it finds it."""

    def __init__(
        self, seconds: float = SECONDS, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._seconds = seconds
        self._clock = clock
        self._known: dict[str, tuple[float, Any]] = {}

    def recall(self, digest: str, look_up: Callable[[], Found]) -> Found:
        """Return what is known of a key, looked up at most once a second.

        The second begins before the look-up, so nothing lives longer than that after a change.
        """
        known, now = self._known, self._clock()
        if digest in known and now - known[digest][0] < self._seconds:
            found: Found = known[digest][1]
            return found
        found = look_up()
        if len(known) >= MOST:
            known.clear()
        known[digest] = (now, found)
        return found

    def last_known(self, digest: str) -> Any:
        """Return what was learnt of a key last, however long ago; None of one nobody used."""
        found = self._known.get(digest)
        return None if found is None else found[1]

    def forget(self) -> None:
        """Forget every key; a look-up that is under way is not remembered either."""
        self._known = {}


recent_keys = RecentKeys()
