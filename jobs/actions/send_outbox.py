"""Send what subscriptions wait for."""

from accounts.permissions import require
from jobs.actions.queue_deliveries import queue_deliveries
from jobs.models import Delivery, Subscription


def send_outbox() -> int:
    """Queue the work of every subscription that waits for news; returns how many do.

    It is queued after each commit already; this makes up for a process that died in between.
    """
    require("jobs.replay")
    waiting = [each for each in Subscription.objects.on() if _waits(each)]
    for subscription in waiting:
        queue_deliveries(subscription)
    return len(waiting)


def _waits(subscription: Subscription) -> bool:
    unsent = Delivery.objects.unsent().filter(subscription=subscription)
    return subscription.has_more() or unsent.exists()
