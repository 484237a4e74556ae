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
from armproject.lib.currencies import CURRENCIES
from armproject.lib.errors import InvalidInput
from governance import subjects
from governance.actions.set_recipients import set_recipients
from governance.judging import Comparison, worse_side
from governance.models import AlertRule, Channel, RuleMode
from governance.registry import MEASURES, Measure, Unit

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
    """Add an alert rule; without recipients the organization's default channels hear of it.

    Without a comparison the threshold lies on the side on which the measure is bad.
    """
    require("alerts.write")
    rule = drafted(**values)
    principal = context.principal()
    rule.created_by_id = principal.user_id if principal else None
    settle(rule)
    refuse_pointless(rule)
    rule.save(force_insert=True)
    names = set_recipients(rule, channels or [])
    record("alert_rules.create", rule, after={**facts(rule), "channels": names})
    return rule


def drafted(**values: Any) -> AlertRule:
    """Return a new rule with these values, not kept yet."""
    known = {name: value for name, value in values.items() if name in FIELDS}
    measure = MEASURES.get(known.get("measure", ""))
    if measure is not None and not known.get("comparison"):
        known["comparison"] = worse_side(lower_is_worse=measure.lower_is_worse)
    return AlertRule(**known)


def settle(rule: AlertRule) -> None:
    """Complete a rule by its measure and refuse fields that cannot be kept."""
    measure = _measure_of(rule)
    if measure.unit == Unit.MONEY:
        rule.currency = (rule.currency or _own_currency()).upper()
        _refuse_unknown_currency(rule.currency)
    else:
        rule.currency = ""
    rule.subject_label = _label(measure.subject, rule)
    _refuse_bad_fields(rule)
    _refuse_taken_name(rule)


def refuse_pointless(rule: AlertRule) -> None:
    """Refuse a threshold that its measure never comes to, or never lies beyond."""
    measure, threshold = _measure_of(rule), Decimal(rule.threshold)
    if rule.mode == RuleMode.SPIKE:
        problem = "Name a ratio above 0." if threshold <= 0 else ""
    else:
        problem = _out_of_range(measure, threshold) or _never(rule, measure, threshold)
    if problem:
        raise InvalidInput("This threshold makes no sense.", fields={"threshold": [problem]})


def _measure_of(rule: AlertRule) -> Measure:
    measure = MEASURES.get(rule.measure)
    if measure is None:
        known = ", ".join(sorted(MEASURES)) or "none yet"
        raise InvalidInput(
            "Nothing measures this.", fields={"measure": [f"Choose one of: {known}."]}
        )
    return measure


def _out_of_range(measure: Measure, threshold: Decimal) -> str:
    lowest, highest = measure.lowest, measure.highest
    if lowest is not None and threshold < lowest:
        return f"{measure.label} is never less than {lowest}. {measure.threshold_hint}"
    if highest is not None and threshold > highest:
        return f"{measure.label} is never more than {highest}. {measure.threshold_hint}"
    return ""


def _never(rule: AlertRule, measure: Measure, threshold: Decimal) -> str:
    """Tell what keeps a rule from ever firing, if its threshold is the end of the scale."""
    end = measure.highest if rule.comparison == Comparison.ABOVE else measure.lowest
    if end is None or threshold != end:
        return ""
    return f"{measure.label} is never {rule.comparison} {end}, so that the rule would never fire."


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


def _refuse_unknown_currency(currency: str) -> None:
    if currency not in CURRENCIES and currency != _own_currency():
        problem = "Use the ISO 4217 code of a currency in use, such as EUR."
        raise InvalidInput("There is no such currency.", fields={"currency": [problem]})


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
