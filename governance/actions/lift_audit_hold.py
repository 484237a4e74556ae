"""Lift an audit hold."""

from django.db import transaction
from django.utils import timezone

from accounts.freshness import require_fresh
from accounts.permissions import require
from armproject.lib.audit import record
from armproject.lib.errors import Conflict
from governance.actions.open_alert import whom
from governance.models import AuditHold


@transaction.atomic
def lift_audit_hold(hold: AuditHold) -> AuditHold:
    """Let retention apply to the audit log again."""
    require("audit.hold")
    require_fresh()
    now = timezone.now()
    standing = AuditHold.objects.standing().filter(pk=hold.pk)
    if not standing.update(lifted_at=now, lifted_by=whom()):
        raise Conflict("This audit hold was lifted before; there is nothing to do.")
    hold.refresh_from_db()
    record("audit.lift_hold", hold, before={"reason": hold.reason})
    return hold
