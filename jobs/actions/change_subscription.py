"""Change who outside hears of what."""

from collections.abc import Sequence

from django.db import transaction

from accounts.permissions import require
from armproject.lib.audit import record
from armproject.lib.secret import Secret
from jobs.actions.create_subscription import facts, refuse_unusable
from jobs.actions.queue_deliveries import queue_deliveries
from jobs.models import Subscription, SubscriptionState
from jobs.signals import subscription_resumed


@transaction.atomic
def change_subscription(
    subscription: Subscription,
    *,
    name: str | None = None,
    address: Secret | None = None,
    topics: Sequence[str] | None = None,
    is_on: bool | None = None,
) -> Subscription:
    """Change a subscription; what is not given stays.

    Switched off, it hears nothing of what happens meanwhile. Switched on after ARM paused it, it
    is sent what was kept.
    """
    require("subscriptions.write")
    rows = Subscription.objects.select_for_update(of=("self",)).select_related("organization")
    subscription = rows.get(pk=subscription.pk)
    before = dict(facts(subscription))
    if name is not None:
        subscription.name = name
    if topics is not None:
        subscription.topics = sorted(set(topics))
    if address:
        subscription.lead_to(address)
    if is_on is not None and is_on != subscription.is_on:
        _switch(subscription, is_on=is_on)
    refuse_unusable(subscription)
    subscription.save()
    if subscription.is_on:
        queue_deliveries(subscription, hurry=True)
    after = facts(subscription)
    changed = {key: value for key, value in after.items() if value != before[key]}
    record(
        "subscriptions.change",
        subscription,
        before={key: before[key] for key in changed},
        after={**changed, "new_address": bool(address)},
    )
    return subscription


def _switch(subscription: Subscription, *, is_on: bool) -> None:
    if not is_on:
        subscription.state = SubscriptionState.OFF
        return
    if subscription.state == SubscriptionState.OFF:
        subscription.start_here()
    subscription.state, subscription.last_error = SubscriptionState.ON, ""
    subscription_resumed.send(sender=Subscription, subscription=subscription)
