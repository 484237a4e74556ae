"""Try a subscription."""

from dataclasses import dataclass

from django.utils import timezone

from accounts.fence import fenced
from accounts.permissions import require
from armproject.lib.audit import record
from armproject.lib.errors import DomainError
from armproject.lib.ids import uuid7
from jobs.models import Subscription
from jobs.sinks import SINKS, NotTaken, Parcel

TEST = "subscription.test"


@dataclass(frozen=True, slots=True)
class Trial:
    """How a test event fared, in a sentence; `response_code` is what was answered over HTTP."""

    ok: bool
    message: str
    response_code: int | None = None


def test_subscription(subscription: Subscription) -> Trial:
    """Send one test event now and say whether it was taken."""
    with fenced():
        require("subscriptions.write")
        subscription = Subscription.objects.select_related("organization").get(pk=subscription.pk)
        kind, way = subscription.kind, subscription.way
    try:
        code = SINKS[kind].send(_parcel(subscription), way)
    except DomainError as problem:
        answered = problem.answered if isinstance(problem, NotTaken) else None
        trial = Trial(ok=False, message=problem.message, response_code=answered)
    else:
        trial = Trial(
            ok=True,
            message=f"A test event went to {subscription.address_hint}.",
            response_code=code,
        )
    with fenced():
        told = {"ok": trial.ok, "message": trial.message}
        record("subscriptions.test", subscription, details=told)
    return trial


def _parcel(subscription: Subscription) -> Parcel:
    now = timezone.now()
    event = {
        "id": str(uuid7()),
        "type": TEST,
        "timestamp": now.isoformat(),
        "subject_id": str(subscription.pk),
        "data": {"subscription": subscription.name},
    }
    return Parcel(id=uuid7(), at=now, events=[event])
