"""Write down what to watch."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.models import Organization
from accounts.permissions import require
from armproject.lib import context
from armproject.lib.audit import record
from armproject.lib.errors import InvalidInput
from governance import subjects
from governance.actions.set_recipients import set_recipients
from governance.models import AlertRule, Channel, RuleMode
from governance.registry import MEASURES, Unit

FIELDS = (
    "name",
    "measure",
    "comparison",
    "mode",
    "threshold",
    "minimum_base",
    "currency",
    "window_minutes",
    "subject_id",
    "severity",
    "hold_minutes",
    "cooldown_minutes",
    "remind_minutes",
    "enabled",
)


@transaction.atomic
def create_rule(*, channels: list[Channel] | None = None, **values: Any) -> AlertRule:
    """Add an alert rule; without recipients the organization's default channels hear of it."""
    require("alerts.write")
    rule = AlertRule(**{name: value for name, value in values.items() if name in FIELDS})
    principal = context.principal()
    rule.created_by_id = principal.user_id if principal else None
    settle(rule)
    rule.save(force_insert=True)
    names = set_recipients(rule, channels or [])
    record("alert_rules.create", rule, after={**facts(rule), "channels": names})
    return rule


def settle(rule: AlertRule) -> None:
    """Complete a rule by its measure and refuse what makes no sense."""
    measure = MEASURES.get(rule.measure)
    if measure is None:
        known = ", ".join(sorted(MEASURES)) or "none yet"
        raise InvalidInput(
            "Nothing measures this.", fields={"measure": [f"Choose one of: {known}."]}
        )
    if measure.unit == Unit.MONEY:
        rule.currency = (rule.currency or _own_currency()).upper()
    else:
        rule.currency = ""
    if rule.mode == RuleMode.SPIKE and Decimal(rule.threshold) <= 0:
        raise InvalidInput(
            "A jump is measured as a ratio.", fields={"threshold": ["Name a ratio above 0."]}
        )
    rule.subject_label = _label(measure.subject, rule)
    _refuse_bad_fields(rule)
    _refuse_taken_name(rule)


def facts(rule: AlertRule) -> Mapping[str, Any]:
    """Return what the audit log keeps of a rule."""
    return {name: _plain(getattr(rule, name)) for name in FIELDS}


def _plain(value: Any) -> Any:
    return f"{value.normalize():f}" if isinstance(value, Decimal) else value


def _label(subject_type: str, rule: AlertRule) -> str:
    if rule.subject_id is None:
        return ""
    row = subjects.find(subject_type, rule.subject_id)
    if row is None:
        raise InvalidInput(
            "There is no such subject.",
            fields={"subject_id": [f"There is no {subjects.noun(subject_type)} with this id."]},
        )
    return str(row)[:200]


def _own_currency() -> str:
    return Organization.objects.current().values_list("currency", flat=True).get()


def _refuse_bad_fields(rule: AlertRule) -> None:
    try:
        rule.full_clean(validate_unique=False, validate_constraints=False)
    except ValidationError as problem:
        raise InvalidInput("The rule cannot be kept.", fields=problem.message_dict) from None


def _refuse_taken_name(rule: AlertRule) -> None:
    if AlertRule.objects.filter(name=rule.name).exclude(pk=rule.pk).exists():
        raise InvalidInput(
            "Another rule has this name.", fields={"name": ["Another rule has this name."]}
        )
