"""Stop sending to a subscription that takes nothing."""

from armproject.lib.audit import record
from jobs.models import Subscription, SubscriptionState
from jobs.signals import subscription_paused


def pause_subscription(subscription: Subscription, why: str) -> None:
    """Pause a subscription until somebody switches it on again, and tell people.

    What happens meanwhile is kept for it. This asks for no permission: deliveries ask for it that
    failed for a day.
    """
    paused = Subscription.objects.on().filter(pk=subscription.pk)
    if paused.update(state=SubscriptionState.PAUSED):
        record("subscriptions.pause", subscription, reason=why, after={"state": "paused"})
        subscription_paused.send(sender=Subscription, subscription=subscription, why=why)
