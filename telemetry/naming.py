"""Which source each span counts for, where not every span names its agent.

A span that names no agent is the work of the nearest one above it that does. Only spans that came
in the same batch can be looked at, so what arrives alone counts for its service.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from telemetry.records import SpanRecord

UNNAMED = "unnamed"
DEEPEST = 64
LONGEST_KEY = 500
DRAWN = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Named:
    """A source as one span tells it; `key` is what makes it the same one the next time."""

    key: str
    agent_name: str
    vendor_agent_id: str
    agent_version: str
    description: str
    service: str
    environment: str
    vendor: str
    dialect: str


def name_sources(records: Sequence[SpanRecord]) -> list[Named]:
    """Return the source of each span, in their order."""
    by_place = {(each.trace_id, each.span_id): each for each in records}
    known: dict[tuple[str, str, str, str], Named] = {}
    found = []
    for record in records:
        teller = _teller(record, by_place)
        told = (_lasting(teller), teller.agent_name, record.service, record.environment)
        named = known.get(told)
        if named is None:
            known[told] = named = _named(teller, record)
        found.append(named)
    return found


def _teller(record: SpanRecord, by_place: dict[tuple[str, str], SpanRecord]) -> SpanRecord:
    """Return the nearest span, this one or one above it, that names an agent; else this one."""
    at: SpanRecord | None = record
    for _ in range(DEEPEST):
        if at is None:
            break
        if at.agent_name or at.agent_id:
            return at
        at = by_place.get((at.trace_id, at.parent_id)) if at.parent_id else None
    return record


def _named(teller: SpanRecord, record: SpanRecord) -> Named:
    name, service = teller.agent_name[:200], record.service[:200]
    agent_id = _lasting(teller)
    parts = [part for part in (agent_id or name, service) if part]
    return Named(
        key="\n".join(parts or [UNNAMED])[:LONGEST_KEY],
        agent_name=name,
        vendor_agent_id=agent_id[:200],
        agent_version=teller.agent_version[:100],
        description=teller.agent_description[:1000],
        service=service,
        environment=record.environment[:100],
        vendor=teller.vendor[:20],
        dialect=teller.dialect[:20],
    )


def _lasting(teller: SpanRecord) -> str:
    """Return the agent's id unless the agent has a name and a library drew the id for one process.

    Semantic Kernel and Microsoft's Agent Framework draw a UUID each time an agent is made.
    """
    agent_id = teller.agent_id
    return "" if teller.agent_name and DRAWN.fullmatch(agent_id) else agent_id
