"""Close an alert."""

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from armproject.lib.audit import record
from governance.actions.notify_channels import notify_channels
from governance.actions.open_alert import alert_news, whom
from governance.models import Alert, AlertEvent, AlertEventKind, AlertState, Transition
from jobs.actions.publish_events import publish_events


@transaction.atomic
def close_alert(alert: Alert, why: str, *, by: UUID | None = None) -> Alert:
    """Mark an alert resolved, keep why, and tell its channels."""
    before = {"state": str(alert.state)}
    alert.state, alert.resolved_at = AlertState.RESOLVED, timezone.now()
    alert.resolved_by_id, alert.resolution = by, why[:500]
    alert.save(update_fields=["state", "resolved_at", "resolved_by", "resolution"])
    AlertEvent.objects.create(
        alert=alert, kind=AlertEventKind.RESOLVED, by=whom(), note=why[:500], value=alert.value
    )
    record("alerts.resolve", alert, before=before, after={"state": "resolved"}, reason=why)
    publish_events([alert_news("alert.resolved", alert)])
    notify_channels(alert, Transition.RESOLVED)
    return alert
