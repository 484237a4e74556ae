"""What this process saw committed within the last seconds, so that it need not say it again."""

import time
from collections.abc import Callable, Hashable, Iterable

from django.db import transaction

MOST = 10_000


class Lately:
    """Things that were committed lately. What a transaction takes back was never noted."""

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._clock = clock
        self._until: dict[Hashable, float] = {}

    def knows_all(self, things: Iterable[Hashable]) -> bool:
        """Say whether every one of these was noted within the time."""
        now = self._clock()
        return all(self._until.get(each, 0.0) > now for each in things)

    def note(self, things: Iterable[Hashable]) -> None:
        """Note these once the caller's transaction is committed."""
        until, noted = self._clock() + self._seconds, list(things)
        transaction.on_commit(lambda: self._keep(noted, until))

    def _keep(self, things: list[Hashable], until: float) -> None:
        if len(self._until) + len(things) > MOST:
            self._until = {}
        self._until.update(dict.fromkeys(things, until))
