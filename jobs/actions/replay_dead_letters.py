"""Send all news again that was given up."""

from django.db import transaction
from django.utils import timezone

from accounts.permissions import require
from armproject.lib.audit import record
from jobs.actions.queue_deliveries import queue_deliveries
from jobs.models import PATIENCE, DeliveryState, Subscription


@transaction.atomic
def replay_dead_letters(subscription: Subscription) -> int:
    """Try everything that was given up for a subscription for another day; returns how much."""
    require("subscriptions.write")
    subscription = Subscription.objects.select_for_update(of=("self",)).get(pk=subscription.pk)
    subscription.refuse_off()
    now = timezone.now()
    number = subscription.deliveries.dead().update(
        state=DeliveryState.PENDING, attempts=0, next_try_at=now, give_up_at=now + PATIENCE
    )
    queue_deliveries(subscription, hurry=True)
    record("subscriptions.replay", subscription, details={"deliveries": number})
    return int(number)
