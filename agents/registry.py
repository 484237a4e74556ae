"""What this app asks of those above it: how agents' own work went, as others have seen it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from connectors.base import HealthReading

Witness = Callable[[Sequence[UUID]], Mapping[UUID, HealthReading]]

_witnesses: list[Witness] = []


def add_witness(witness: Witness) -> None:
    """Let this function say how the recent work of these agents went, inside the fence."""
    if witness not in _witnesses:
        _witnesses.append(witness)


def seen_work(agents: Sequence[UUID]) -> dict[UUID, HealthReading]:
    """Return what is known of the recent work of these agents; nothing for the others."""
    found: dict[UUID, HealthReading] = {}
    for witness in _witnesses:
        for agent, reading in witness(agents).items():
            found[agent] = with_work(reading, found.get(agent))
    return found


def with_work(reading: HealthReading, work: HealthReading | None) -> HealthReading:
    """Return the reading with what it does not tell of an agent's work filled in."""
    if work is None:
        return reading
    told = reading if reading.requests is not None else work
    moments = [at for at in (reading.last_seen_at, work.last_seen_at) if at is not None]
    return replace(
        reading,
        exists=work.exists if reading.exists is None else reading.exists,
        requests=told.requests,
        errors=told.errors,
        p95_ms=reading.p95_ms if reading.p95_ms is not None else work.p95_ms,
        last_seen_at=max(moments, default=None),
        last_error=reading.last_error or work.last_error,
    )
