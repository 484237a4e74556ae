"""Change what is watched."""

from typing import Any

from django.db import transaction

from accounts.permissions import require
from armproject.lib.audit import record
from governance.actions.close_alert import close_alert
from governance.actions.create_rule import FIELDS, facts, refuse_pointless, settle
from governance.actions.set_recipients import set_recipients
from governance.models import Alert, AlertRule, Channel

# Another of these makes it another question: what was open about the old one is over.
QUESTION = ("measure", "subject_id")
# What is judged anew when one of these changes; a rule from before can always be turned off.
BOUND = ("measure", "comparison", "mode", "threshold")


@transaction.atomic
def change_rule(
    rule: AlertRule, *, channels: list[Channel] | None = None, **values: Any
) -> AlertRule:
    """Change an alert rule or its recipients; alerts about what it no longer watches resolve."""
    require("alerts.write")
    rule = AlertRule.objects.select_for_update().get(pk=rule.pk)
    before = {**facts(rule), "channels": _names(rule)}
    for name, value in values.items():
        if name in FIELDS:
            setattr(rule, name, value)
    settle(rule)
    if any(facts(rule)[name] != before[name] for name in BOUND):
        refuse_pointless(rule)
    rule.save()
    names = _names(rule) if channels is None else set_recipients(rule, channels)
    after = {**facts(rule), "channels": names}
    changed = {name for name in after if after[name] != before[name]}
    record(
        "alert_rules.change",
        rule,
        before={name: before[name] for name in sorted(changed)},
        after={name: after[name] for name in sorted(changed)},
    )
    if changed.intersection(QUESTION) or not rule.enabled:
        close_alerts_of(rule, "The rule was changed." if rule.enabled else "The rule was disabled.")
    return rule


def close_alerts_of(rule: AlertRule, why: str) -> None:
    """Resolve whatever is open because of this rule."""
    for alert in Alert.objects.unresolved().filter(rule=rule).select_for_update(of=("self",)):
        close_alert(alert, why)


def _names(rule: AlertRule) -> list[str]:
    return sorted(rule.channels.values_list("name", flat=True))
