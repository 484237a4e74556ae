"""End a subscription."""

from django.db import transaction

from accounts.permissions import require
from armproject.lib.audit import record
from jobs.actions.create_subscription import facts
from jobs.models import Subscription


@transaction.atomic
def delete_subscription(subscription: Subscription) -> None:
    """Delete a subscription with its deliveries; what was not sent yet is not sent any more."""
    require("subscriptions.write")
    subscription = Subscription.objects.select_for_update(of=("self",)).get(pk=subscription.pk)
    unsent = subscription.deliveries.unsent().count()
    record(
        "subscriptions.delete",
        subscription,
        before=facts(subscription),
        details={"unsent_deliveries": unsent},
    )
    subscription.delete()
