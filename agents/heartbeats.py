"""How an agent of the customer's own is, from what it last sent."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from connectors.base import HealthReading
from connectors.kinds.custom import Heartbeat

# How often an agent is to be heard where its connection does not say otherwise.
EVERY = timedelta(minutes=5)
STATUSES = {"active": "active", "degraded": "active", "error": "error", "paused": "paused"}


def kept(beat: Heartbeat) -> dict[str, Any]:
    """Return what is kept of a heartbeat, as JSON."""
    return {
        "status": beat.status,
        "latency_ms": beat.latency_ms,
        "requests": beat.requests,
        "errors": beat.errors,
        "message": beat.message,
        "version": beat.agent.version,
    }


def reading(beat: Mapping[str, Any], at: datetime | None) -> HealthReading:
    """Return the last heartbeat as a reading; without one nothing is known."""
    if at is None:
        return HealthReading(exists=None)
    return HealthReading(
        exists=True,
        requests=beat.get("requests"),
        errors=beat.get("errors"),
        p95_ms=beat.get("latency_ms"),
        last_seen_at=at,
        last_error=beat.get("message") or "",
    )


def interval(options: Mapping[str, Any]) -> timedelta:
    """Return how often agents of a connection with these options are to be heard."""
    seconds = str(options.get("heartbeat_seconds") or "")
    if seconds.isascii() and seconds.isdigit() and int(seconds[:6]) > 0:
        return timedelta(seconds=int(seconds[:6]))
    return EVERY
