"""Look at what was put aside."""

from typing import Any

from django.db import transaction

from accounts.permissions import require
from armproject.lib.audit import record
from telemetry import putaside
from telemetry.models import Quarantined


@transaction.atomic
def open_quarantined(item: Quarantined) -> Any:
    """Return what was sent, as plain values, and note who looked."""
    require("quarantine.open")
    record("quarantine.open", item, details={"door": item.door, "reason": item.reason})
    return putaside.shown(item.open())
