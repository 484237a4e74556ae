"""What governance does on news from below."""

from datetime import timedelta

from django.dispatch import receiver

from accounts.signals import key_replaced, key_worn
from governance.actions.clear_alert import clear_alert
from governance.actions.raise_alert import raise_alert
from jobs.actions.enqueue import enqueue
from jobs.models import Job, Subscription
from jobs.signals import job_died, subscription_paused, subscription_resumed

# A message that could not be delivered is told of by other means than one more message.
OWN_ESCALATION = frozenset({"governance.deliver"})


@receiver(job_died)
def on_job_died(*, job: Job, **_: object) -> None:
    if job.kind not in OWN_ESCALATION:
        raise_alert("job", job, name=f"Work was given up: {job.kind}", message=job.last_error)


@receiver(subscription_paused)
def on_subscription_paused(*, subscription: Subscription, why: str, **_: object) -> None:
    name = f"Nothing reached {subscription} for a day; it is paused"
    raise_alert("subscription", subscription, name=name, message=why)


@receiver(subscription_resumed)
def on_subscription_resumed(*, subscription: Subscription, **_: object) -> None:
    clear_alert("subscription", subscription, note="It was switched on again.")


@receiver(key_replaced)
def on_key_replaced(**_: object) -> None:
    # Other processes may seal with the key they know for a moment longer.
    enqueue("governance.reseal", dedupe_key="reseal", run_after=timedelta(seconds=3))


@receiver(key_worn)
def on_key_worn(**_: object) -> None:
    enqueue("governance.rotate_key", dedupe_key="rotate")
