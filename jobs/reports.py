"""How work and news fare, in numbers: for alert rules of one organization, and for metrics."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection as database
from django.db.models import Min, Sum
from django.utils import timezone

from jobs.models import Delivery, Job, OutboxEvent, Subscription


@dataclass(frozen=True, slots=True)
class OutboxFigures:
    """How news of all organizations fares.

    `lag` is for how many seconds the oldest waits; `dead` counts deliveries that were given up,
    `retrying` those to be tried again, `lost` events dropped before they could be sent.
    """

    lag: float
    dead: int
    retrying: int
    lost: int


def outbox_lag() -> float:
    """Return for how many seconds this organization's oldest news has waited; 0 if none waits."""
    packed = Delivery.objects.unsent().aggregate(at=Min("since"))["at"]
    loose = min(filter(None, map(_oldest_loose, Subscription.objects.listening())), default=None)
    return _age(min(filter(None, (packed, loose)), default=None))


def dead_letters() -> int:
    """Return how many deliveries and jobs of this organization were given up and wait."""
    return Delivery.objects.dead().count() + Job.objects.dead().count()


def lost_events() -> int:
    """Return how many events of this organization were dropped before they could be sent."""
    return int(Subscription.objects.aggregate(n=Sum("lost"))["n"] or 0)


def outbox_figures() -> OutboxFigures:
    """Return the figures of the whole installation; this needs no organization."""
    with database.cursor() as cursor:
        cursor.execute("SELECT waiting_since, dead, retrying, lost FROM arm_outbox_figures()")
        waiting_since, *counts = cursor.fetchone()
    return OutboxFigures(_age(waiting_since), *counts)


def _oldest_loose(subscription: Subscription) -> datetime | None:
    """Return when the oldest news happened that this subscription has not packed yet."""
    beyond = OutboxEvent.objects.extra(
        where=["(xid, number) > (%s::text::xid8, %s)"],
        params=[str(subscription.passed_xid), subscription.passed_number],
    )
    topics = beyond.filter(topic__in=subscription.topics)
    found: datetime | None = topics.aggregate(at=Min("created_at"))["at"]
    return found


def _age(since: datetime | None) -> float:
    return max((timezone.now() - since).total_seconds(), 0.0) if since else 0.0
