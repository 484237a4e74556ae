"""Write memories through to a service outside."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from accounts.freshness import require_fresh
from accounts.permissions import require
from armproject.lib.audit import record
from armproject.lib.errors import Conflict
from armproject.lib.secret import Secret
from jobs.models import Subscription
from memory import entries
from memory.actions.request_reconciliation import request_reconciliation
from memory.actions.tell_news import TOPICS
from memory.models import ExternalStore
from memory.outside import KIND, refuse_bad_address

MOST = 10
LONGEST_NAME = 90


@transaction.atomic
def add_external_store(name: str, *, address: Secret, key: Secret) -> ExternalStore:
    """Have every memory written through to a service, from now on; what is there already follows.

    `address` is its base URL, `key` is sent as a bearer token; both are kept sealed.
    """
    require("memories.manage")
    require("memories.export")
    require_fresh()
    if ExternalStore.objects.count() >= MOST:
        raise Conflict(f"An organization has at most {MOST} memory services; remove one first.")
    name = clean_name(name)
    subscription = Subscription(name=f"Memory: {name}"[:100], kind=KIND, topics=sorted(TOPICS))
    subscription.sign_with(key)
    subscription.lead_to(address)
    refuse_taken(name, subscription)
    refuse_bad_address(subscription.way)
    subscription.start_here()
    subscription.save(force_insert=True)
    store = ExternalStore.objects.create(name=name, subscription=subscription)
    record("memories.add_store", store, after=facts(store))
    request_reconciliation(store)
    return store


def clean_name(name: str) -> str:
    name = entries.clean_line("name", name)
    if not name or len(name) > LONGEST_NAME:
        raise entries.refused("name", f"Give it a name of at most {LONGEST_NAME} characters.")
    return name


def refuse_taken(name: str, subscription: Subscription) -> None:
    """Refuse a name that another memory service, or its subscription, has already."""
    stores = ExternalStore.objects.filter(name=name).exclude(subscription=subscription)
    others = Subscription.objects.filter(name=subscription.name).exclude(pk=subscription.pk)
    if stores.exists() or others.exists():
        raise entries.refused("name", "Another memory service has this name.")


def facts(store: ExternalStore) -> Mapping[str, Any]:
    """Return what the audit log keeps of it: never its key."""
    subscription = store.subscription
    return {
        "name": store.name,
        "leads_to": subscription.address_hint,
        "state": str(subscription.state),
    }
