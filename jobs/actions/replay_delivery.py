"""Send news again that was given up."""

from django.db import transaction
from django.utils import timezone

from accounts.permissions import require
from armproject.lib.audit import record
from armproject.lib.errors import Conflict
from jobs.actions.queue_deliveries import queue_deliveries
from jobs.models import PATIENCE, Delivery, DeliveryState


@transaction.atomic
def replay_delivery(delivery: Delivery) -> Delivery:
    """Try a delivery that was given up for another day, under the same id."""
    require("subscriptions.write")
    rows = Delivery.objects.select_for_update(of=("self",)).select_related("subscription")
    delivery = rows.get(pk=delivery.pk)
    if delivery.state != DeliveryState.DEAD:
        raise Conflict("Only what was given up can be replayed.", state=delivery.state)
    delivery.subscription.refuse_off()
    delivery.state, delivery.attempts = DeliveryState.PENDING, 0
    delivery.next_try_at = timezone.now()
    delivery.give_up_at = delivery.next_try_at + PATIENCE
    delivery.save(update_fields=["state", "attempts", "next_try_at", "give_up_at"])
    queue_deliveries(delivery.subscription, hurry=True)
    record("deliveries.replay", delivery, before={"state": "dead"}, after={"state": "pending"})
    return delivery
