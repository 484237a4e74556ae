"""Send a subscription its news."""

import random
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta
from time import monotonic
from uuid import UUID

from django.db.models import F
from django.utils import timezone

from accounts.fence import fenced
from armproject.lib.errors import DomainError
from jobs.actions.pack_delivery import pack_delivery
from jobs.actions.pause_subscription import pause_subscription
from jobs.actions.queue_deliveries import queue_deliveries
from jobs.models import Delivery, DeliveryState, Subscription
from jobs.packing import parcel_of
from jobs.sinks import SINKS, NotTaken, Parcel, Way

# A turn is this many deliveries, and no longer than that many seconds: a receiver that takes its
# time with each holds a worker no longer than others wait.
AT_ONCE, LONGEST_TURN = 20, 15.0
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=6)
# News may still wait for older transactions to end.
SOON = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Errand:
    """One delivery, as it is sent without the database."""

    delivery: Delivery
    kind: str
    parcel: Parcel
    way: Way


def deliver_events(
    subscription_id: UUID,
    finish: Callable[[], AbstractContextManager[None]] = fenced,
    *,
    keep: Callable[[], None] = lambda: None,
    longest: float = LONGEST_TURN,
) -> int:
    """Send what is due, in order, and only then mark it delivered; returns how many deliveries.

    The first that is not taken ends the turn: news keeps its order. `keep` is called between
    deliveries, and `finish` opens the transaction in which the turn counts. A crash between sending
    and marking sends the same delivery again, under the same id.
    """
    sent, ends, has_more = 0, monotonic() + longest, True
    while sent < AT_ONCE and (not sent or monotonic() < ends):
        with fenced():
            errand = _next(subscription_id)
        has_more = errand is not None and _run(errand)
        if not has_more:
            break
        sent += 1
        keep()
    with finish():
        _go_on(subscription_id, at_once=has_more)
    return sent


def pause_after(attempts: int) -> timedelta:
    """Return how long to wait after so many failures: doubling from a minute to six hours."""
    doubled: timedelta = min(FIRST_PAUSE * 2 ** min(attempts - 1, 16), LONGEST_PAUSE)
    return doubled * random.uniform(0.8, 1.2)  # noqa: S311 - so that not all come back at once


def _next(subscription_id: UUID) -> Errand | None:
    """Return what is to be sent now: what was packed before, else what is packed now."""
    rows = Subscription.objects.on().select_related("organization")
    subscription = rows.select_for_update(of=("self",)).filter(pk=subscription_id).first()
    if subscription is None:
        return None
    unsent = Delivery.objects.unsent().filter(subscription=subscription).order_by("id")
    delivery = unsent.first() or pack_delivery(subscription)
    if delivery is None or delivery.next_try_at > timezone.now():
        return None
    return Errand(delivery, subscription.kind, parcel_of(delivery), subscription.way)


def _run(errand: Errand) -> bool:
    """Send one delivery, keep how it went, and tell whether it was taken."""
    try:
        code = SINKS[errand.kind].send(errand.parcel, errand.way)
    except DomainError as problem:
        with fenced():
            _note_failure(errand.delivery, problem)
        return False
    with fenced():
        _note_success(errand.delivery, code)
    return True


def _note_success(delivery: Delivery, code: int | None) -> None:
    now = timezone.now()
    Delivery.objects.filter(pk=delivery.pk).update(
        state=DeliveryState.DELIVERED,
        delivered_at=now,
        attempts=F("attempts") + 1,
        response_code=code,
        last_error="",
    )
    mine = Subscription.objects.filter(pk=delivery.subscription_id)
    mine.update(last_delivered_at=now, last_error="")


def _note_failure(delivery: Delivery, problem: DomainError) -> None:
    """Keep why it was not taken and when to try again; after a day give it up and pause."""
    left = delivery.give_up_at - timezone.now()
    gives_up = left <= timedelta(0)
    asked = timedelta(seconds=problem.retry_after or 0)
    pause = min(max(pause_after(delivery.attempts + 1), asked), max(left, FIRST_PAUSE))
    Delivery.objects.filter(pk=delivery.pk).update(
        state=DeliveryState.DEAD if gives_up else DeliveryState.FAILED,
        attempts=F("attempts") + 1,
        response_code=problem.answered if isinstance(problem, NotTaken) else None,
        last_error=problem.message,
        next_try_at=timezone.now() + pause,
    )
    Subscription.objects.filter(pk=delivery.subscription_id).update(last_error=problem.message)
    if gives_up:
        pause_subscription(delivery.subscription, problem.message)


def _go_on(subscription_id: UUID, *, at_once: bool) -> None:
    """Queue the next turn, if there is more to send."""
    subscription = Subscription.objects.on().filter(pk=subscription_id).first()
    if subscription is None:
        return
    unsent = Delivery.objects.unsent().filter(subscription=subscription).order_by("id").first()
    if unsent is not None:
        pause = unsent.next_try_at - timezone.now()
        queue_deliveries(subscription, after=max(pause, timedelta(0)))
    elif subscription.has_more():
        queue_deliveries(subscription, after=None if at_once else SOON)
