"""Stop watching."""

from django.db import transaction

from accounts.permissions import require
from armproject.lib.audit import record
from governance.actions.change_rule import close_alerts_of
from governance.actions.create_rule import facts
from governance.models import AlertRule


@transaction.atomic
def delete_rule(rule: AlertRule) -> None:
    """Delete an alert rule; its open alerts resolve, and its alerts stay as history."""
    require("alerts.write")
    rule = AlertRule.objects.select_for_update().get(pk=rule.pk)
    close_alerts_of(rule, "The rule was deleted.")
    record("alert_rules.delete", rule, before=facts(rule))
    rule.delete()
