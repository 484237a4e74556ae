"""Take an alert in hand."""

from django.db import transaction
from django.utils import timezone

from accounts.permissions import require
from armproject.lib import context
from armproject.lib.audit import record
from armproject.lib.errors import Conflict
from governance.actions.open_alert import whom
from governance.models import Alert, AlertEvent, AlertEventKind, AlertState


@transaction.atomic
def acknowledge_alert(alert: Alert, note: str = "") -> Alert:
    """Say that somebody looks after an alert; it is no longer repeated, and stays unresolved."""
    require("alerts.decide")
    alert = Alert.objects.select_for_update().get(pk=alert.pk)
    if alert.state != AlertState.OPEN:
        raise Conflict(f"Only an open alert can be acknowledged; this one is {alert.state}.")
    principal = context.principal()
    alert.state, alert.acknowledged_at = AlertState.ACKNOWLEDGED, timezone.now()
    alert.acknowledged_by_id = principal.user_id if principal else None
    alert.save(update_fields=["state", "acknowledged_at", "acknowledged_by"])
    AlertEvent.objects.create(
        alert=alert, kind=AlertEventKind.ACKNOWLEDGED, by=whom(), note=note[:500]
    )
    after = {"state": "acknowledged"}
    record("alerts.acknowledge", alert, before={"state": "open"}, after=after, reason=note)
    return alert
