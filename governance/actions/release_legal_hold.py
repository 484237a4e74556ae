"""Let what is held about a person be erased again."""

from django.db import transaction
from django.utils import timezone

from accounts.freshness import require_fresh
from accounts.permissions import require
from armproject.lib.audit import record
from armproject.lib.errors import Conflict
from governance.models import LegalHold


@transaction.atomic
def release_legal_hold(hold: LegalHold) -> LegalHold:
    """Release a legal hold; what is held about the person may be erased again."""
    require("subjects.erase")
    require_fresh()
    hold = LegalHold.objects.select_for_update().get(pk=hold.pk)
    if hold.released_at is not None:
        raise Conflict("This legal hold is released already; there is nothing to do.")
    hold.released_at = timezone.now()
    hold.save(update_fields=["released_at"])
    record("subjects.release", hold)
    return hold
