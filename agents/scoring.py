"""From what the free signals said to a score of 0 to 100, with the parts it is made of.

Each part that is known gives points out of its own weight; what is not known counts neither for
nor against. The score is the share of points reached. Some findings outweigh all others: they put
a ceiling on the score, so that an agent that cannot work is never called healthy for the rest.

| part      | of | all points for                 | none for                | at best              |
|-----------|----|--------------------------------|-------------------------|----------------------|
| reachable | 30 | the vendor knows the agent     | it does not             | down                 |
| key       | 30 | (told only where it is bad)    | its own key is refused  | down                 |
| said      | 30 | it says it works               | it says it is failing   | down, or degraded    |
| model     | 20 | the model is offered           | it is retired           | down; deprecated:    |
|           |    |                                |                         | degraded             |
| errors    | 30 | up to 1 % of recent work       | from 50 % of 5 or more; | from 10 % degraded,  |
|           |    |                                | of fewer 10 at least    | from 90 % of 5 down  |
| latency   | 10 | up to 1.5 times the usual      | from 4 times            |                      |
| freshness | 10 | heard within two intervals,    | silent for five         | from three degraded, |
|           |    | or seen within a week          | (idle for a month: 5)   | from five down       |

From 80 an agent is healthy, from 40 degraded, below that down; with no part known, unknown.

That an agent is there and how fast its vendor answers says nothing of how it works. Where no other
part is known, the evidence is `little`, and the score at best 80: healthy, as far as one can tell,
with nothing above the line that would have to be shown. So no alert on "below 80" comes of it.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from connectors.base import HealthReading

HEALTHY, DEGRADED, DOWN, UNKNOWN = "healthy", "degraded", "down", "unknown"

HEALTHY_FROM, DEGRADED_FROM = 80, 40
MOST = 100
MOST_LITTLE, MOST_DEGRADED, MOST_DOWN = HEALTHY_FROM, HEALTHY_FROM - 1, 25

NONE, LITTLE, ENOUGH = "none", "little", "enough"
# Parts that look at an agent from outside only.
OUTSIDE = frozenset({"reachable", "latency"})

ERRORS_FINE, ERRORS_BAD, ERRORS_WORST, ERRORS_FATAL = 0.01, 0.10, 0.50, 0.90
ERRORS_FATAL_OF, ERRORS_FEW = 5, 10
SLOW, SLOWEST = 1.5, 4.0
ROUND_TRIP, ROUND_TRIP_WORST = 1_000, 10_000
BEATS_FINE, BEATS_LATE, BEATS_LOST = 2, 3, 5
IDLE, IDLE_LONG = timedelta(days=7), timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Part:
    """One named part: `points` out of `of`, and why, in words for people."""

    name: str
    points: int
    of: int
    why: str


@dataclass(frozen=True, slots=True)
class Score:
    """How an agent is. `value` is None where nothing is known."""

    value: int | None
    status: str
    parts: tuple[Part, ...] = ()

    @property
    def evidence(self) -> str:
        """How much is known: none, little or enough."""
        return evidence_of(part.name for part in self.parts)

    def as_json(self) -> list[dict[str, Any]]:
        return [asdict(part) for part in self.parts]


@dataclass(frozen=True, slots=True)
class Expected:
    """What is usual for this agent: its own p95, and how often it promised to be heard."""

    p95_ms: int | None = None
    interval: timedelta | None = None


Finding = tuple[Part, int]


def score(
    reading: HealthReading, *, now: datetime, expected: Expected | None = None, said: str = ""
) -> Score:
    """Judge a reading; `said` is what the agent says of itself, where it does."""
    usual = expected or Expected()
    findings = [
        finding
        for finding in (
            _reachable(reading),
            _key(reading),
            _said(said, reading.last_error),
            _model(reading, now),
            _errors(reading),
            _latency(reading, usual),
            _freshness(reading, now, usual),
        )
        if finding is not None
    ]
    if not findings:
        return Score(None, UNKNOWN)
    parts = tuple(part for part, _ in findings)
    reached = round(MOST * sum(part.points for part in parts) / sum(part.of for part in parts))
    most = MOST_LITTLE if evidence_of(part.name for part in parts) == LITTLE else MOST
    value = min(reached, *(ceiling for _, ceiling in findings), most)
    return Score(value, status_of(value), parts)


def evidence_of(parts: Iterable[str]) -> str:
    """Return how much these parts, by name, say of how an agent works: none, little or enough."""
    names = set(parts)
    if not names:
        return NONE
    return ENOUGH if names - OUTSIDE else LITTLE


def status_of(value: int) -> str:
    if value >= HEALTHY_FROM:
        return HEALTHY
    return DEGRADED if value >= DEGRADED_FROM else DOWN


def error_rate(reading: HealthReading) -> float | None:
    """Return the share of recent work that failed; without work there is none."""
    if not reading.requests or reading.errors is None:
        return None
    return min(reading.errors / reading.requests, 1.0)


def _reachable(reading: HealthReading) -> Finding | None:
    if reading.exists is None:
        return None
    if reading.exists:
        return Part("reachable", 30, 30, "The agent is there."), MOST
    why = reading.last_error or "The vendor does not know this agent any more."
    return Part("reachable", 0, 30, why), MOST_DOWN


def _key(reading: HealthReading) -> Finding | None:
    """Judge the agent's own key; that ARM's key is refused is never told by a reading."""
    if reading.fault != "credentials":
        return None
    return Part("key", 0, 30, reading.last_error or "The agent's key cannot be used."), MOST_DOWN


def _said(said: str, words: str) -> Finding | None:
    match said:
        case "active":
            return Part("said", 30, 30, "It says that it works."), MOST
        case "degraded":
            return Part("said", 15, 30, words or "It says that it is degraded."), MOST_DEGRADED
        case "error":
            return Part("said", 0, 30, words or "It says that it is failing."), MOST_DOWN
    return None


def _model(reading: HealthReading, now: datetime) -> Finding | None:
    ends = reading.model_retires_at
    when = f" on {ends:%Y-%m-%d}" if ends else ""
    if reading.model_state == "retired" or (ends and ends <= now):
        return Part("model", 0, 20, f"Its model was retired{when}."), MOST_DOWN
    if reading.model_state == "deprecated":
        return Part("model", 10, 20, f"Its model will be retired{when or ' soon'}."), MOST_DEGRADED
    if reading.model_state == "active":
        return Part("model", 20, 20, "Its model is offered."), MOST
    return None


def _errors(reading: HealthReading) -> Finding | None:
    rate = error_rate(reading)
    if rate is None or not reading.requests:
        return None
    is_much = reading.requests >= ERRORS_FATAL_OF  # one bad start is no reason to cry out
    points = max(_falling(rate, ERRORS_FINE, ERRORS_WORST, 30), 0 if is_much else ERRORS_FEW)
    why = f"{reading.errors} of {reading.requests} recent pieces of work failed."
    if rate >= ERRORS_FATAL and is_much:
        return Part("errors", points, 30, why), MOST_DOWN
    return Part("errors", points, 30, why), MOST_DEGRADED if rate >= ERRORS_BAD else MOST


def _latency(reading: HealthReading, usual: Expected) -> Finding | None:
    if reading.p95_ms is not None and usual.p95_ms:
        times = reading.p95_ms / usual.p95_ms
        why = f"95 % of its work takes up to {reading.p95_ms} ms; {usual.p95_ms} ms is usual."
        return Part("latency", _falling(times, SLOW, SLOWEST, 10), 10, why), MOST
    if reading.latency_ms is not None:
        points = _falling(reading.latency_ms, ROUND_TRIP, ROUND_TRIP_WORST, 10)
        return Part("latency", points, 10, f"The vendor answered in {reading.latency_ms} ms."), MOST
    return None


def _freshness(reading: HealthReading, now: datetime, usual: Expected) -> Finding | None:
    if reading.last_seen_at is None:
        return None
    silence = max(now - reading.last_seen_at, timedelta())
    seen = f"Last seen {reading.last_seen_at:%Y-%m-%d %H:%M} UTC"
    if usual.interval is None:
        points = round(_falling(silence / IDLE, 1, IDLE_LONG / IDLE, 5)) + 5
        return Part("freshness", points, 10, f"{seen}."), MOST
    beats = silence / usual.interval
    why = f"{seen}; it is to be heard every {usual.interval.total_seconds():.0f} s."
    points = _falling(beats, BEATS_FINE, BEATS_LOST, 10)
    if beats >= BEATS_LOST:
        return Part("freshness", points, 10, why), MOST_DOWN
    return Part("freshness", points, 10, why), MOST_DEGRADED if beats >= BEATS_LATE else MOST


def _falling(value: float, fine: float, worst: float, of: int) -> int:
    """Return all points up to `fine`, none from `worst` on, and evenly fewer in between."""
    share = (worst - value) / (worst - fine)
    return round(of * min(max(share, 0.0), 1.0))
