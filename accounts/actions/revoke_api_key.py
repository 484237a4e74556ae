"""End an API key."""

from django.db import transaction
from django.utils import timezone

from accounts.models import ApiKey
from accounts.permissions import has_permission, is_own, require
from accounts.recent_keys import recent_keys
from armproject.lib.audit import record
from armproject.lib.errors import Conflict, Forbidden


@transaction.atomic
def revoke_api_key(key: ApiKey) -> ApiKey:
    """End an API key at once, and the keys it issued; one's own, or anybody's as an admin."""
    require("api_keys.write")
    key = ApiKey.objects.select_for_update().get(pk=key.pk)
    if not is_own(key) and not has_permission("members.write"):
        raise Forbidden("Only its owner or an admin can revoke this key.")
    if key.revoked_at is not None:
        raise Conflict("This key is revoked already.")
    key.revoked_at = timezone.now()
    family = ApiKey.objects.with_issued(key).filter(revoked_at=None)
    ended = family.update(revoked_at=key.revoked_at)
    record("api_keys.revoke", key, details={"issued_keys_revoked": ended - 1})
    transaction.on_commit(recent_keys.forget)
    return key
