"""Place an audit hold."""

from django.db import transaction

from accounts.permissions import require
from armproject.lib.audit import record
from armproject.lib.errors import Conflict, InvalidInput
from governance.actions.open_alert import whom
from governance.models import AuditHold


@transaction.atomic
def place_audit_hold(reason: str) -> AuditHold:
    """Keep every audit event in the database, whatever retention says, until the hold is lifted."""
    require("audit.hold")
    reason = reason.strip()
    if not reason:
        problem = "Say why: a case, a regulator's letter."
        raise InvalidInput(problem, fields={"reason": [problem]})
    hold = AuditHold(reason=reason[:500], placed_by=whom())
    AuditHold.objects.bulk_create([hold], ignore_conflicts=True)
    placed = AuditHold.objects.filter(pk=hold.pk).first()
    if placed is None:
        raise Conflict("An audit hold stands already; lift it first.")
    record("audit.hold", placed, after={"reason": placed.reason}, reason=placed.reason)
    return placed
