"""No longer take something of one's own out of what is kept."""

from django.db import transaction

from accounts.freshness import require_fresh
from accounts.permissions import require
from armproject.lib.audit import record
from telemetry.models import RedactionPattern


@transaction.atomic
def remove_pattern(pattern: RedactionPattern) -> None:
    """Remove a pattern of the organization; what it took out of content stays out."""
    require("contents.write")
    require_fresh()
    before = {"kind": pattern.kind, "expression": pattern.expression}
    record("redaction_patterns.remove", pattern, before=before)
    pattern.delete()
