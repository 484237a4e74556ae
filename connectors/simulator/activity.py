"""How much work one hour holds: a pure function of the seed, the worker and the hour."""

from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from typing import NamedTuple, Self

HOUR = 3600
DAY = 24 * HOUR
WEEK = 7 * DAY
_HOURS = 24
# Nothing is used in the first minutes of an hour: a session starts there, and must exist first.
WARM_UP = 300
_WORKING = HOUR - WARM_UP

_SHAPE = (2, 1, 1, 1, 2, 4, 8, 14, 20, 24, 25, 24, 20, 22, 25, 24, 21, 17, 12, 9, 7, 5, 4, 3)
_SHAPE_MEAN = 12
_EPOCH_WEEKDAY = 3
_SATURDAY = 5
_WEEKEND_PERCENT = 35
_MILLE = 1000


class Tokens(NamedTuple):
    """What was used: requests, and tokens by the way they are priced."""

    requests: int = 0
    uncached: int = 0
    cached: int = 0
    cache_write: int = 0
    output: int = 0

    @property
    def input(self) -> int:
        return self.uncached + self.cached + self.cache_write

    @property
    def total(self) -> int:
        return self.input + self.output

    def plus(self, other: Self) -> "Tokens":
        return Tokens(*(a + b for a, b in zip(self, other, strict=True)))

    def minus(self, other: Self) -> "Tokens":
        return Tokens(*(a - b for a, b in zip(self, other, strict=True)))

    def share(self, part: int, whole: int) -> "Tokens":
        return Tokens(*(amount * part // whole for amount in self))


NOTHING = Tokens()


@dataclass(frozen=True, slots=True)
class Profile:
    """How a worker works: requests in a mean hour, tokens in a mean request, shares in permille."""

    requests: int
    input: int
    output: int
    cached: int = 300
    cache_write: int = 0


def working_seconds(since_the_hour: float) -> int:
    return max(0, min(_WORKING, int(since_the_hour) - WARM_UP))


def until(full: Tokens, since_the_hour: float) -> Tokens:
    """Return the part of a full hour that is used so many seconds into it."""
    worked = working_seconds(since_the_hour)
    return full if worked == _WORKING else full.share(worked, _WORKING)


@lru_cache(maxsize=65_536)
def day_of_hours(seed: int, worker: str, profile: Profile, day: int) -> tuple[Tokens, ...]:
    """Work out the 24 full hours of the day-th day since 1970."""
    noise = blake2b(f"{seed}:{worker}:{day}".encode(), digest_size=2 * _HOURS).digest()
    weekend = (day + _EPOCH_WEEKDAY) % 7 >= _SATURDAY
    percent = _WEEKEND_PERCENT if weekend else 100
    return tuple(
        _hour(profile, _SHAPE[hour] * percent, noise[hour], noise[_HOURS + hour])
        for hour in range(_HOURS)
    )


@lru_cache(maxsize=131_072)
def day_total(seed: int, worker: str, profile: Profile, day: int) -> Tokens:
    hours = day_of_hours(seed, worker, profile, day)
    return Tokens(*(sum(column) for column in zip(*hours, strict=True)))


def _hour(profile: Profile, shape: int, busy: int, size: int) -> Tokens:
    requests = profile.requests * shape * (600 + 3 * busy) // (_SHAPE_MEAN * 100 * _MILLE)
    tokens_in = requests * profile.input * (850 + size) // _MILLE
    cached = tokens_in * profile.cached // _MILLE
    write = tokens_in * profile.cache_write // _MILLE
    return Tokens(
        requests=requests,
        uncached=tokens_in - cached - write,
        cached=cached,
        cache_write=write,
        output=requests * profile.output * (850 + size) // _MILLE,
    )
