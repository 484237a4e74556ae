"""See to it that news is sent."""

from collections.abc import Sequence
from uuid import UUID

from accounts.fence import acting, fenced
from accounts.permissions import system
from accounts.roles import PERMISSIONS
from jobs.actions.queue_deliveries import queue_deliveries
from jobs.models import Subscription


def wake_subscriptions(organization_id: UUID, topics: Sequence[str]) -> None:
    """Queue the work of those who hear of these topics, unless it is queued already.

    This comes after the commit: what a crash leaves out here, the clock's turn makes up for.
    """
    with acting(system("subscriptions"), organization_id, PERMISSIONS), fenced():
        for subscription in Subscription.objects.on().wants(topics):
            queue_deliveries(subscription)
