"""Raise an alert for trouble that no rule watches."""

from django.db import transaction
from django.db.models import F, Model
from django.utils import timezone

from governance.actions.open_alert import Cause, open_alert
from governance.models import Alert, Severity


@transaction.atomic
def raise_alert(
    kind: str, subject: Model, *, name: str, message: str, severity: str = Severity.WARNING
) -> Alert:
    """Raise an alert for trouble that no rule watches, or note that it is still there.

    The organization's default channels hear of it. It asks for no permission of its own: whatever
    met the trouble was allowed to look.
    """
    cause = Cause(
        fingerprint=fingerprint_of(kind, subject),
        title=name,
        severity=severity,
        subject_type=subject._meta.label_lower,
        subject_id=subject.pk,
        subject_label=str(subject),
        message=message,
    )
    while True:  # a second turn is needed only if the standing alert was resolved in between
        standing = open_alert(cause) or _seen_again(cause)
        if standing is not None:
            return standing


def fingerprint_of(kind: str, subject: Model) -> str:
    """Return the mark of this trouble with this row."""
    return f"{kind}:{subject._meta.label_lower}:{subject.pk}"


def _seen_again(cause: Cause) -> Alert | None:
    unresolved = Alert.objects.unresolved().filter(fingerprint=cause.fingerprint)
    alert = unresolved.select_for_update().first()
    if alert is not None:
        unresolved.filter(pk=alert.pk).update(
            last_seen_at=timezone.now(),
            message=cause.message,
            severity=cause.severity,
            occurrences=F("occurrences") + 1,
        )
        alert.refresh_from_db()
    return alert
