"""End writing memories through to a service outside."""

from django.db import transaction

from accounts.permissions import require
from armproject.lib.audit import record
from memory.actions.add_external_store import facts
from memory.models import ExternalStore


@transaction.atomic
def remove_external_store(store: ExternalStore) -> None:
    """Tell a memory service nothing any more; what it holds stays there."""
    require("memories.manage")
    rows = ExternalStore.objects.select_related("subscription")
    store = rows.select_for_update(of=("self",)).get(pk=store.pk)
    record("memories.remove_store", store, before=facts(store))
    store.subscription.delete()
