"""Limits by volume: taken from the shared store in portions, and used up within the process."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock

from armproject.lib.limits.bucket import Bucket, Verdict
from armproject.lib.limits.gate import Gate

# A portion is what drains in about half a second; what is left of it is forgotten after a while.
PORTIONS, KEPT_FOR = 120, 10.0
MOST_CALLERS = 5_000


@dataclass(slots=True)
class Credit:
    """What was taken from the store and is not used yet."""

    left: int
    until: float


class Meter:
    """Counts amounts, such as kilobytes, with few questions to the store.

    Nothing is let through that the store has not counted: processes together keep the limit.
    """

    def __init__(self, gate: Gate, clock: Callable[[], float] = time.monotonic) -> None:
        self._gate = gate
        self._clock = clock
        self._credits: dict[str, Credit] = {}
        self._lock = Lock()

    def take(self, bucket: Bucket, amount: int) -> Verdict | None:
        """Count an amount; None if there is room for it, else the verdict that refuses it.

        What is larger than the whole bucket counts as that large.
        """
        amount = min(max(amount, 1), bucket.limit)
        used = self._use(bucket.key, amount)
        missing = amount - used
        if not missing:
            return None
        portion = max(missing, bucket.limit // PORTIONS)
        verdict = self._gate.take_amount(bucket, portion)
        if not verdict.is_allowed and portion > missing:
            portion = missing
            verdict = self._gate.take_amount(bucket, portion)
        if not verdict.is_allowed:
            self._give(bucket.key, used)
            return verdict
        self._give(bucket.key, portion - missing)
        return None

    def _use(self, key: str, amount: int) -> int:
        """Use up to this much of what is left here, and return how much that is."""
        with self._lock:
            credit = self._credits.get(key)
            if credit is None or credit.until <= self._clock():
                return 0
            used = min(credit.left, amount)
            credit.left -= used
            return used

    def _give(self, key: str, amount: int) -> None:
        """Keep what was taken from the store and not used."""
        with self._lock:
            now = self._clock()
            credit = self._credits.get(key)
            if credit is None or credit.until <= now:
                if len(self._credits) >= MOST_CALLERS:
                    self._credits.clear()
                credit = self._credits[key] = Credit(0, now + KEPT_FOR)
            credit.left += amount
