"""How long runs took, as counts in buckets: those of any span of time are sums of those within it.

Each bucket is a quarter longer than the one before, so that what is read from them is within an
eighth of the truth, whatever was summed. The database sorts runs into the same buckets.
"""

import math
from collections.abc import Sequence
from itertools import accumulate

BUCKETS = 64
FIRST_MS = 10.0
GROWTH = 1.25


def bucket_of(milliseconds: float) -> int:
    """Return the bucket of a length, from 0: the first holds all up to 10 ms, the last the rest."""
    if milliseconds <= FIRST_MS:
        return 0
    return min(math.ceil(math.log(milliseconds / FIRST_MS) / math.log(GROWTH)), BUCKETS - 1)


def upper_ms(bucket: int) -> float:
    """Return the longest length a bucket holds, in milliseconds."""
    return FIRST_MS * GROWTH**bucket


def percentile(counts: Sequence[int], share: float) -> float | None:
    """Return the milliseconds within which this share of the runs ended; None without any."""
    whole = sum(counts)
    if whole <= 0:
        return None
    wanted = share * whole
    for bucket, reached in enumerate(accumulate(counts)):
        if reached >= wanted and counts[bucket]:
            within = (wanted - (reached - counts[bucket])) / counts[bucket]
            return _lower_ms(bucket) + within * (upper_ms(bucket) - _lower_ms(bucket))
    return upper_ms(len(counts) - 1)


def longer_than(counts: Sequence[int], milliseconds: float) -> float:
    """Return how many runs took longer than this; those of its own bucket are divided evenly."""
    at = bucket_of(milliseconds)
    lower, upper = _lower_ms(at), upper_ms(at)
    part = min(max((upper - milliseconds) / (upper - lower), 0.0), 1.0)
    return sum(counts[at + 1 :]) + part * (counts[at] if at < len(counts) else 0)


def _lower_ms(bucket: int) -> float:
    return upper_ms(bucket - 1) if bucket else 0.0
