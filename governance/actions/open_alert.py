"""Open an alert, unless one is open for the same cause."""

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from armproject.lib import context
from armproject.lib.audit import record
from governance.actions.notify_channels import notify_channels
from governance.models import Alert, AlertEvent, AlertEventKind, AlertRule, Transition
from jobs.actions.publish_events import News, publish_events


@dataclass(frozen=True, slots=True)
class Cause:
    """Why an alert opens: what is wrong, with what, how badly."""

    fingerprint: str
    title: str
    severity: str
    subject_type: str
    subject_id: UUID | None
    subject_label: str
    message: str
    rule: AlertRule | None = None
    value: Decimal | None = None


@transaction.atomic
def open_alert(cause: Cause) -> Alert | None:
    """Open an alert and write to its channels; None if one is unresolved for this cause already."""
    alert = _insert(cause)
    if alert is None:
        return None
    AlertEvent.objects.create(
        alert=alert,
        kind=AlertEventKind.OPENED,
        by=whom(),
        note=cause.message[:500],
        value=alert.value,
    )
    facts = {"severity": alert.severity, "message": alert.message, "fingerprint": alert.fingerprint}
    record("alerts.open", alert, after=facts)
    publish_events([alert_news("alert.opened", alert)])
    notify_channels(alert, Transition.OPENED)
    return alert


def alert_news(topic: str, alert: Alert) -> News:
    """Return what subscribers are told of an alert."""
    told = {
        "title": alert.title,
        "severity": str(alert.severity),
        "state": str(alert.state),
        "rule_id": alert.rule_id,
        "subject_type": alert.subject_type,
        "subject_id": alert.subject_id,
        "opened_at": alert.opened_at,
        "resolved_at": alert.resolved_at,
    }
    return News(topic, str(alert.pk), told)


def whom() -> str:
    """Return the name under which the history shows who acts."""
    principal = context.principal()
    return principal.label[:200] if principal else "ARM"


def _insert(cause: Cause) -> Alert | None:
    """Insert the alert; if another transaction was first with the same cause, that one stands."""
    now = timezone.now()
    alert = Alert(
        rule=cause.rule,
        fingerprint=cause.fingerprint,
        title=cause.title[:200],
        severity=cause.severity,
        subject_type=cause.subject_type,
        subject_id=cause.subject_id,
        subject_label=cause.subject_label[:200],
        message=cause.message,
        value=cause.value,
        threshold=cause.rule.threshold if cause.rule else None,
        opened_at=now,
        last_seen_at=now,
    )
    Alert.objects.bulk_create([alert], ignore_conflicts=True)
    return Alert.objects.filter(pk=alert.pk).first()
