"""Declare an alert over."""

from django.db import transaction

from accounts.permissions import require
from armproject.lib import context
from armproject.lib.errors import Conflict
from governance.actions.close_alert import close_alert
from governance.models import Alert


@transaction.atomic
def resolve_alert(alert: Alert, note: str = "") -> Alert:
    """Declare an alert over; if its cause stays, a new one opens after the rule's cooldown."""
    require("alerts.decide")
    alert = Alert.objects.select_for_update().get(pk=alert.pk)
    if not alert.is_unresolved:
        raise Conflict("This alert is resolved already.")
    principal = context.principal()
    by = principal.user_id if principal else None
    return close_alert(alert, note or "Resolved by hand.", by=by)
