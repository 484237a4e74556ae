"""Change a memory service outside."""

from django.db import transaction

from accounts.freshness import require_fresh
from accounts.permissions import require
from armproject.lib.audit import record
from armproject.lib.secret import Secret
from jobs.actions.queue_deliveries import queue_deliveries
from jobs.models import Subscription, SubscriptionState
from memory.actions.add_external_store import clean_name, facts, refuse_taken
from memory.actions.request_reconciliation import request_reconciliation
from memory.models import ExternalStore
from memory.outside import refuse_bad_address


@transaction.atomic
def change_external_store(
    store: ExternalStore,
    *,
    name: str | None = None,
    address: Secret | None = None,
    key: Secret | None = None,
    is_on: bool | None = None,
) -> ExternalStore:
    """Change a memory service; what is not given stays.

    Another address needs the key again. Switched on again, it is compared, so that what happened
    meanwhile follows.
    """
    require("memories.manage")
    require("memories.export")
    require_fresh()
    rows = ExternalStore.objects.select_related("subscription__organization")
    store = rows.select_for_update(of=("self",)).get(pk=store.pk)
    before, subscription = dict(facts(store)), store.subscription
    if name is not None:
        store.name = clean_name(name)
        subscription.name = f"Memory: {store.name}"[:100]
        refuse_taken(store.name, subscription)
    _lead(subscription, address, key)
    if is_on is not None and is_on != subscription.is_on:
        _switch(subscription, is_on=is_on)
    refuse_bad_address(subscription.way)
    subscription.save()
    store.save()
    if subscription.is_on:
        queue_deliveries(subscription, hurry=True)
        if address or is_on:
            request_reconciliation(store)
    after = facts(store)
    changed = {name: value for name, value in after.items() if value != before[name]}
    told = {"new_address": bool(address), "new_key": bool(key)}
    former = {name: before[name] for name in changed}
    record("memories.change_store", store, before=former, after={**changed, **told})
    return store


def _lead(subscription: Subscription, address: Secret | None, key: Secret | None) -> None:
    if address:
        subscription.lead_to(address)
        # A key is for the host it was entered for, and goes nowhere else.
        subscription.secret_sealed = None
    if key:
        subscription.secret_sealed = None
        subscription.sign_with(key)
    subscription.former_sealed, subscription.former_until = None, None


def _switch(subscription: Subscription, *, is_on: bool) -> None:
    if not is_on:
        subscription.state = SubscriptionState.OFF
        return
    if subscription.state == SubscriptionState.OFF:
        subscription.start_here()
    subscription.state, subscription.last_error = SubscriptionState.ON, ""
