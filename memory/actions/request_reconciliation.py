"""Have a memory service outside compared with what is known here."""

from django.db import transaction

from accounts.permissions import require
from armproject.lib.audit import record
from armproject.lib.errors import Conflict
from jobs.actions.enqueue import enqueue
from jobs.models import Job
from memory.models import ExternalStore

KIND = "memory.reconcile"


@transaction.atomic
def request_reconciliation(store: ExternalStore) -> Job:
    """Queue the comparison of a memory service with what is known here; differences are repaired.

    If it is queued already, that stands.
    """
    require("memories.manage")
    store = ExternalStore.objects.select_related("subscription").get(pk=store.pk)
    if not store.subscription.is_on:
        raise Conflict("Switch it on first; nothing is sent to it now.")
    job = enqueue(
        KIND,
        {"store": str(store.pk)},
        dedupe_key=f"reconcile:{store.pk}",
        lane=store.subscription.lane,
    )
    record("memories.request_reconciliation", store)
    return job
