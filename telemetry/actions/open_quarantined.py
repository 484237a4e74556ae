"""Look at what was put aside."""

import base64
from typing import Any

from django.db import transaction

from accounts.permissions import require
from armproject.lib.audit import record
from telemetry import putaside
from telemetry.models import Quarantined
from telemetry.otlp.plain import plain_span


@transaction.atomic
def open_quarantined(item: Quarantined) -> Any:
    """Return what was sent, as plain values, and note who looked.

    A span is unpacked; one that nobody can read stays as it came, in base64.
    """
    require("quarantine.open")
    record("quarantine.open", item, details={"door": item.door, "reason": item.reason})
    told = putaside.shown(item.open())
    if packed := told.get("span"):
        told["span"] = plain_span(base64.b64decode(packed), told["content_type"]) or packed
    return told
