"""One limit, what a store says of it, and what that means for a call."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import ceil
from typing import Protocol

MICROSECONDS = 1_000_000


@dataclass(frozen=True)
class Bucket:
    """At most `limit` calls at once, and as many again spread over each `seconds`."""

    key: str
    limit: int
    seconds: int = 60

    @cached_property
    def interval(self) -> int:
        """Microseconds in which one call drains, rounded up: nothing drains too fast."""
        return -(-self.seconds * MICROSECONDS // self.limit)

    @cached_property
    def tolerance(self) -> int:
        """Microseconds of calls the bucket holds."""
        return self.interval * self.limit


# Whether the call may go on, and for how many microseconds of draining each bucket holds calls now.
Held = tuple[bool, tuple[int, ...]]


class Store(Protocol):
    """Keeps buckets. `take` fills all of them by `cost` calls, or, if one is full, none."""

    def take(self, buckets: Sequence[Bucket], cost: int) -> Held: ...


@dataclass(frozen=True, slots=True)
class Verdict:
    """What to tell the caller: the tightest limit, how many calls it has left, when to come back.

    `reset` is when that bucket will be empty and `retry_after` when one more call fits, both in
    seconds from now; zero, if it fits now.
    """

    is_allowed: bool
    limit: int
    remaining: int
    reset: float
    retry_after: float = 0.0

    @classmethod
    def of(cls, buckets: Sequence[Bucket], held: Held, *, spare: int = 0) -> "Verdict":
        """Return the verdict; `spare` calls were taken from the store and are not yet made."""
        is_allowed, levels = held
        left = [
            (b.tolerance - level) // b.interval for b, level in zip(buckets, levels, strict=True)
        ]
        tightest = min(range(len(left)), key=lambda number: left[number])
        waits = [b.interval + level - b.tolerance for b, level in zip(buckets, levels, strict=True)]
        return cls(
            is_allowed,
            buckets[tightest].limit,
            max(0, left[tightest]) + spare,
            levels[tightest] / MICROSECONDS,
            0.0 if is_allowed else max(1, *waits) / MICROSECONDS,
        )

    @property
    def headers(self) -> dict[str, str]:
        """Return the headers every limited answer carries."""
        shown = {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(self.remaining),
            "X-RateLimit-Reset": str(ceil(self.reset)),
        }
        if not self.is_allowed:
            shown["Retry-After"] = str(max(1, ceil(self.retry_after)))
        return shown
