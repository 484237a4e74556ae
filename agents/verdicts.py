"""What one check means for one agent, given how it was before.

An answer about the agent is scored. That nobody answered says nothing about the agent: its state
stands for a while, then it is unknown. That our key was refused is the connection's trouble: the
agent is unknown, never down.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from agents.scoring import DEGRADED, HEALTHY, LITTLE, UNKNOWN, Expected, Score, error_rate, score
from connectors.base import ConnectorError, HealthReading

# The customer must act, and the whole connection is concerned.
CONNECTION_FAULTS = frozenset(
    {"credentials", "permission", "billing", "wrong_kind", "forbidden_host"}
)
# Nobody answered; while that goes on, the connection is told of, and not each of its agents.
AWAY_FAULTS = frozenset({"timeout", "unavailable"})
SLOWED_FAULTS = frozenset({"rate_limited", "overloaded", "lane_full"})
LITTLE_IS_KNOWN = (
    "Little is known: the agent is there, and nothing tells how it works, so its score ends at 80."
)
# A vendor that is away for this many checks in a row leaves its agents unknown.
PATIENCE = 3
# How quickly the usual p95 follows: a tenth of the way with each check.
FOLLOWS = 10


@dataclass(frozen=True, slots=True)
class Before:
    """How an agent was until now."""

    status: str
    score: int | None
    unanswered: int = 0
    usual_p95_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """How an agent is now, and all that is kept of why."""

    status: str
    score: int | None
    parts: tuple[dict[str, Any], ...] = ()
    note: str = ""
    fault: str = ""
    error: str = ""
    reading: HealthReading | None = None
    unanswered: int = 0
    usual_p95_ms: int | None = None

    @property
    def error_rate(self) -> float | None:
        return error_rate(self.reading) if self.reading else None


def of_reading(
    reading: HealthReading,
    before: Before,
    *,
    now: datetime,
    expected: Expected | None = None,
    said: str = "",
) -> Verdict:
    """Judge an answer about the agent."""
    usual = expected or Expected(p95_ms=before.usual_p95_ms)
    judged = score(reading, now=now, expected=usual, said=said)
    return Verdict(
        status=judged.status,
        score=judged.value,
        parts=tuple(judged.as_json()),
        note=_note(reading, judged),
        fault=reading.fault,
        error=reading.last_error,
        reading=reading,
        usual_p95_ms=_followed(before.usual_p95_ms, reading.p95_ms, judged.status),
    )


def of_error(error: ConnectorError, before: Before, *, now: datetime) -> Verdict:
    """Judge that there is no answer about the agent."""
    if error.fault == "not_found":
        gone = HealthReading(exists=False, last_error=error.message, fault=error.fault)
        return of_reading(gone, before, now=now)
    kept = Verdict(
        status=before.status,
        score=before.score,
        fault=error.fault,
        error=error.message,
        usual_p95_ms=before.usual_p95_ms,
    )
    if error.fault in CONNECTION_FAULTS:
        note = "ARM may not ask: the connection needs attention."
        return replace(kept, status=UNKNOWN, score=None, note=note)
    if error.fault in SLOWED_FAULTS:
        return _slowed(kept)
    if error.fault in {"unsupported", "refused"}:
        note = "The vendor tells nothing about this agent's health."
        return replace(kept, status=UNKNOWN, score=None, note=note)
    return _unanswered(kept, before.unanswered + 1)


def _slowed(kept: Verdict) -> Verdict:
    """Keep the last state, at best degraded: the vendor asks everybody here to slow down."""
    note = "The vendor asked ARM to slow down; this is how the agent was before."
    status = DEGRADED if kept.status == "healthy" else kept.status
    return replace(kept, status=status, note=note)


def _unanswered(kept: Verdict, times: int) -> Verdict:
    if times >= PATIENCE:
        note = f"The vendor has not answered {times} checks in a row."
        return replace(kept, status=UNKNOWN, score=None, note=note, unanswered=times)
    note = "The vendor did not answer; this is how the agent was before."
    return replace(kept, note=note, unanswered=times)


def _note(reading: HealthReading, judged: Score) -> str:
    if judged.value is None:
        return "Nothing is known of its health yet."
    if reading.fault and reading.exists and reading.fault != "credentials":
        return "Its recent work could not be read, so the score stands on the rest."
    if judged.evidence == LITTLE and judged.status == HEALTHY:
        return LITTLE_IS_KNOWN
    return ""


def _followed(usual: int | None, p95: int | None, status: str) -> int | None:
    """Let the usual p95 follow what is measured, except while the agent is not well."""
    if p95 is None or (usual is not None and status != "healthy"):
        return usual
    if usual is None:
        return p95
    return usual + round((p95 - usual) / FOLLOWS)
