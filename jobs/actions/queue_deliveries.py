"""Queue what is to be sent to a subscription."""

from datetime import timedelta

from django.db import transaction
from django.db.models.functions import Now

from accounts.fence import acting, current_organization_id
from accounts.permissions import system
from accounts.roles import PERMISSIONS
from jobs.actions.enqueue import enqueue
from jobs.actions.nudge_relay import nudge_relay
from jobs.models import Job, JobState, Subscription

DELIVER = "jobs.deliver_events"


def queue_deliveries(
    subscription: Subscription, *, after: timedelta | None = None, hurry: bool = False
) -> None:
    """Queue a subscription's work in the caller's transaction, now or some time from now.

    If it is queued already, that stands; with `hurry` it need not wait any longer. ARM itself
    sends, so that news still goes out when whoever subscribed has left.
    """
    with acting(system("subscriptions"), current_organization_id(), PERMISSIONS):
        job = enqueue(
            DELIVER,
            {"subscription": str(subscription.pk)},
            dedupe_key=f"subscription:{subscription.pk}",
            lane=subscription.lane,
            run_after=after,
        )
    if hurry:
        Job.objects.filter(pk=job.pk, state=JobState.PENDING).update(run_after=Now())
        transaction.on_commit(nudge_relay)
