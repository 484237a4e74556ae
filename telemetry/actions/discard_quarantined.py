"""Drop what was put aside."""

from django.db import transaction

from accounts.permissions import require
from armproject.lib.audit import record
from telemetry.models import Quarantined


@transaction.atomic
def discard_quarantined(item: Quarantined) -> None:
    """Drop an item for good; that it was sent stays counted."""
    require("quarantine.decide")
    record("quarantine.discard", item, before={"door": item.door, "reason": item.reason})
    item.delete()
