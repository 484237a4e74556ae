"""Give the organization a new key."""

from django.db import transaction
from django.utils import timezone

from accounts import data_keys
from accounts.fence import current_organization_id
from accounts.freshness import require_fresh
from accounts.models import KeyState, OrganizationKey
from accounts.permissions import require
from accounts.signals import key_replaced
from armproject.lib.audit import record
from armproject.lib.crypto import MAX_VERSION
from armproject.lib.errors import Conflict


@transaction.atomic
def rotate_organization_key() -> OrganizationKey:
    """Give the organization a new key for everything sealed from now on.

    What the old one sealed is sealed anew by a job; until then the old key opens it.
    """
    require("keys.rotate")
    require_fresh()
    before = OrganizationKey.objects.order_by("-version").first()
    if before is None or before.state != KeyState.ACTIVE:
        raise Conflict("The organization's keys were destroyed; there is nothing to rotate.")
    if before.version == MAX_VERSION:
        raise Conflict("The organization's key cannot be rotated any more.")
    # The key service is asked before any row is locked.
    key = data_keys.wrap_new(current_organization_id(), before.version + 1)
    replaced = OrganizationKey.objects.active().filter(pk=before.pk)
    data_keys.changed()
    if not replaced.update(state=KeyState.REPLACED, replaced_at=timezone.now()):
        raise Conflict("Somebody else rotated the key just now.")
    key.save(force_insert=True)
    record("keys.rotate", key, before={"version": before.version}, after={"version": key.version})
    key_replaced.send(OrganizationKey, key=key)
    return key
