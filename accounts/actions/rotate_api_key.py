"""Give an API key a new secret."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from accounts.freshness import require_fresh
from accounts.models import ApiKey
from accounts.permissions import own_key, own_user_id, require
from accounts.recent_keys import recent_keys
from armproject.lib.audit import record
from armproject.lib.errors import Conflict, Forbidden, InvalidInput
from armproject.lib.secret import Secret

LONGEST_OVERLAP = timedelta(days=7)


@transaction.atomic
def rotate_api_key(key: ApiKey, *, keep_until: datetime | None = None) -> tuple[ApiKey, Secret]:
    """Give an API key of one's own a new secret; the old one works on until then, or ends now.

    The overlap is at most seven days. The new token is shown this once.
    """
    require("api_keys.write")
    require_fresh()
    key = ApiKey.objects.select_for_update().get(pk=key.pk)
    _refuse_anothers(key)
    now = timezone.now()
    if not key.is_live(now):
        raise Conflict("This key has ended; issue a new one.")
    if keep_until is not None and not now < keep_until <= now + LONGEST_OVERLAP:
        problem = "Name a time within the next seven days, or none to end the old secret now."
        raise InvalidInput(problem, fields={"keep_until": [problem]})
    token = key.redraw(former_until=keep_until)
    key.save(update_fields=["digest", "former_digest", "former_until"])
    record("api_keys.rotate", key, after={"former_until": keep_until})
    transaction.on_commit(recent_keys.forget)
    return key, token


def _refuse_anothers(key: ApiKey) -> None:
    """Refuse to hand out the secret of a key that speaks for somebody else, or for more."""
    if key.user_id != own_user_id():
        raise Forbidden("Only its owner can rotate a key; you could use it in their name.")
    asking = own_key()
    if asking is not None and asking.pk not in (key.pk, key.issued_by_id):
        raise Forbidden("A key can rotate itself and the keys it issued, no others.")
