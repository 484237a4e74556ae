"""Plan the health checks of the next interval."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from accounts.fence import current_organization_id
from accounts.permissions import require
from agents.actions.queue_check import queue_check
from agents.actions.queue_checks import BATCH
from agents.models import Agent, Health
from agents.verdicts import CONNECTION_FAULTS
from connectors.models import ConnectionStatus
from connectors.models.connection import REPORTING

# The last batches begin a little before the next turn, so that turns do not run into each other.
USED = 0.9
CUT_OFF = "Its connection was disconnected."


@dataclass(frozen=True, slots=True)
class Batch:
    """Agents of one connection, checked together; `vendor` is empty where nobody is asked."""

    key: str
    vendor: str
    ids: tuple[UUID, ...]
    is_fresh: bool


@transaction.atomic
def plan_health_checks(every: timedelta) -> int:
    """Queue the check of every agent, spread over the interval, and return how many batches.

    Each vendor's batches are spread evenly and run in the vendor's own lane. A batch that is still
    waiting or running is not queued twice. Agents never checked come first. Of a connection whose
    key is refused one agent is asked, to see when it works again.
    """
    require("agents.check")
    _forget_cut_off()
    batches = list(_batches())
    turns, places = Counter(batch.vendor for batch in batches), Counter[str]()
    for batch in batches:
        place = (places[batch.vendor] + _phase()) / turns[batch.vendor]
        places[batch.vendor] += 1
        queue_check(
            batch.ids,
            vendor=batch.vendor,
            dedupe_key=batch.key,
            after=None if batch.is_fresh else every * USED * place,
        )
    return len(batches)


def _batches() -> Iterator[Batch]:
    heard = ~Q(connection=None) | ~Q(heartbeat_at=None) | ~Q(last_active_at=None)
    rows = (
        Agent.objects.present()
        .filter(heard)
        .exclude(connection__status=ConnectionStatus.DISCONNECTED)
        .order_by("connection_id", "id")
        .values_list("connection_id", "id", "vendor", "connection__trouble", "health_checked_at")
    )
    for connection_id, group in groupby(rows, key=lambda row: row[0]):
        same = list(group)
        is_asked = connection_id is not None and same[0][2] not in REPORTING
        size = 1 if same[0][3] in CONNECTION_FAULTS else BATCH
        for number, start in enumerate(range(0, len(same) if size > 1 else 1, size)):
            part = same[start : start + size]
            yield Batch(
                key=f"check:{connection_id or 'own'}:{number}",
                vendor=same[0][2] if is_asked else "",
                ids=tuple(row[1] for row in part),
                is_fresh=any(row[4] is None for row in part),
            )


def _phase() -> float:
    """Return this organization's own place within a turn, so that not all begin at once."""
    return current_organization_id().int % 1_000 / 1_000


def _forget_cut_off() -> None:
    """Say of agents behind a disconnected connection that nothing is known any more."""
    cut_off = Agent.objects.filter(connection__status=ConnectionStatus.DISCONNECTED)
    ids = list(cut_off.exclude(health=Health.UNKNOWN).order_by().values_list("pk", flat=True))
    Agent.objects.filter(pk__in=ids).order_by().update(
        health=Health.UNKNOWN, health_score=None, health_note=CUT_OFF
    )
