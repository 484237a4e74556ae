"""Give a subscription a new signing secret."""

from django.db import transaction

from accounts.freshness import require_fresh
from accounts.permissions import require
from armproject.lib.audit import record
from armproject.lib.http.signed import new_signing_secret
from armproject.lib.secret import Secret
from jobs.models import Subscription


@transaction.atomic
def rotate_subscription_secret(subscription: Subscription) -> Secret:
    """Sign with a new secret, which is returned this once, and for a day with the present one."""
    require("subscriptions.write")
    require_fresh()
    subscription = Subscription.objects.select_for_update(of=("self",)).get(pk=subscription.pk)
    secret = new_signing_secret()
    subscription.sign_with(secret)
    subscription.save(update_fields=["secret_sealed", "former_sealed", "former_until"])
    until = subscription.former_until
    record(
        "subscriptions.rotate_secret",
        subscription,
        after={"former_counts_until": until.isoformat() if until else None},
    )
    return secret
