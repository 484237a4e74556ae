"""Clear an alert whose trouble has passed."""

from django.db import transaction
from django.db.models import Model

from governance.actions.close_alert import close_alert
from governance.actions.raise_alert import fingerprint_of
from governance.models import Alert


@transaction.atomic
def clear_alert(kind: str, subject: Model, *, note: str = "") -> Alert | None:
    """Resolve the alert that was raised for this trouble with this row, if there is one."""
    unresolved = Alert.objects.unresolved().select_for_update()
    alert = unresolved.filter(fingerprint=fingerprint_of(kind, subject)).first()
    return close_alert(alert, note or "The trouble has passed.") if alert else None
