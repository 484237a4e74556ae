"""End an API key."""

from django.db import transaction
from django.utils import timezone

from accounts.models import ApiKey
from accounts.permissions import has_permission, require
from accounts.recent_keys import recent_keys
from armproject.lib import context
from armproject.lib.audit import record
from armproject.lib.errors import Conflict, Forbidden


@transaction.atomic
def revoke_api_key(key: ApiKey) -> ApiKey:
    """End an API key at once; one's own, or anybody's where one manages members."""
    require("api_keys.write")
    key = ApiKey.objects.select_for_update().get(pk=key.pk)
    principal = context.principal()
    own = principal is not None and principal.user_id == key.user_id
    if not own and not has_permission("members.write"):
        raise Forbidden("Only its owner or an admin can revoke this key.")
    if key.revoked_at is not None:
        raise Conflict("This key is revoked already.")
    key.revoked_at = timezone.now()
    key.save(update_fields=["revoked_at"])
    record("api_keys.revoke", key)
    transaction.on_commit(recent_keys.forget)
    return key
