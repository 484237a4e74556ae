"""Let somebody outside hear of what happens here."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction

from accounts.permissions import require
from armproject.lib.audit import record
from armproject.lib.errors import Conflict, InvalidInput
from armproject.lib.http.signed import new_signing_secret
from armproject.lib.secret import Secret
from jobs.models import Subscription
from jobs.sinks import SINKS
from jobs.topics import TOPICS

MOST = 100


@transaction.atomic
def create_subscription(
    name: str, *, address: Secret, topics: Sequence[str], kind: str = "webhook"
) -> tuple[Subscription, Secret]:
    """Subscribe an address to topics, from now on; the signing secret is returned this once."""
    require("subscriptions.write")
    if Subscription.objects.count() >= MOST:
        raise Conflict(f"An organization has at most {MOST} subscriptions; delete one first.")
    subscription = Subscription(name=name, kind=kind, topics=sorted(set(topics)))
    secret = new_signing_secret()
    subscription.sign_with(secret)
    subscription.lead_to(address)
    refuse_unusable(subscription)
    subscription.start_here()
    subscription.save(force_insert=True)
    record("subscriptions.create", subscription, after=facts(subscription))
    return subscription, secret


def refuse_unusable(subscription: Subscription) -> None:
    """Refuse a taken name, unknown topics, and an address that ARM would not send to."""
    others = Subscription.objects.filter(name=subscription.name).exclude(pk=subscription.pk)
    if others.exists():
        _refuse("name", "Another subscription has this name.")
    if subscription.kind not in SINKS:
        _refuse("kind", f"There are these kinds of receiver: {', '.join(SINKS)}.")
    unknown = sorted(set(subscription.topics) - TOPICS.keys())
    if unknown or not subscription.topics:
        _refuse("topics", f"Name topics out of {', '.join(sorted(TOPICS))}.")
    SINKS[subscription.kind].refuse_bad(subscription.way)


def facts(subscription: Subscription) -> Mapping[str, Any]:
    """Return what the audit log keeps of a subscription: never its secrets."""
    return {
        "name": subscription.name,
        "kind": subscription.kind,
        "leads_to": subscription.address_hint,
        "topics": subscription.topics,
        "state": str(subscription.state),
    }


def _refuse(field: str, problem: str) -> None:
    raise InvalidInput(problem, fields={field: [problem]})
