"""Try once more to keep everything that was put aside for one reason."""

from typing import NamedTuple

from django.db import transaction

from accounts.permissions import require
from armproject.lib.audit import record
from armproject.lib.errors import Conflict
from telemetry.actions.replay_quarantined import replay_quarantined
from telemetry.models import Quarantined

AT_ONCE = 500


class Replay(NamedTuple):
    """How many items were kept, and how many still cannot be."""

    kept: int
    refused: int


@transaction.atomic
def replay_quarantine(reason: str) -> Replay:
    """Replay up to 500 items that were put aside for this reason, the oldest first."""
    require("quarantine.decide")
    kept = refused = 0
    for item in Quarantined.objects.filter(reason=reason).order_by("id")[:AT_ONCE]:
        try:
            with transaction.atomic():
                replay_quarantined(item)
            kept += 1
        except Conflict:
            refused += 1
    counts = {"kept": kept, "refused": refused}
    record("quarantine.replay_all", details={"reason": reason, **counts})
    return Replay(kept, refused)
