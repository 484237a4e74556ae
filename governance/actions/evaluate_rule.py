"""Look at what one rule watches."""

from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.db.models import F

from accounts.fence import fenced
from accounts.permissions import require
from armproject.lib.errors import NotFound
from governance import subjects
from governance.actions.close_alert import close_alert
from governance.actions.notify_channels import notify_channels
from governance.actions.open_alert import Cause, open_alert, whom
from governance.judging import (
    NO_STANDING,
    Mode,
    Observation,
    Standing,
    Step,
    Subject,
    decide,
    observe,
)
from governance.models import (
    Alert,
    AlertEvent,
    AlertEventKind,
    AlertRule,
    AlertState,
    Transition,
)
from governance.registry import Span
from governance.wording import alert_sentence

# More than these open in the next turns: a broken measure must not flood the mailboxes at once.
MOST_AT_ONCE = 200
LARGEST = Decimal(10) ** 10 - 1


def evaluate_rule(rule_id: UUID, at: datetime) -> None:
    """Read what a rule watches and open, keep or resolve its alerts, one evaluation at a time."""
    with fenced():
        require("alerts.write")
        rule = AlertRule.objects.select_for_update().filter(pk=rule_id, enabled=True).first()
        if rule is None:
            return
        observed = observe_subjects(rule, at)
        unresolved = Alert.objects.unresolved().filter(rule=rule).select_for_update(of=("self",))
        alerts = {(alert.subject_type, alert.subject_id): alert for alert in unresolved}
        _keep_or_close(rule, alerts, observed, at)
        _open(rule, alerts, observed, at)
        AlertRule.objects.filter(pk=rule.pk).update(evaluated_at=at, trouble="")


def observe_subjects(rule: AlertRule, at: datetime) -> dict[Subject, Observation]:
    """Return what the rule sees of each subject now; it raises NotFound where nothing measures."""
    measure = rule.watched
    if measure is None:
        raise NotFound(f"Nothing measures {rule.measure} any more.")
    span = Span(at - timedelta(minutes=rule.window_minutes), at)
    readings = measure.read(span, rule.subject_id)
    former = measure.read(span.before(), rule.subject_id) if rule.mode == Mode.SPIKE else ()
    return observe(rule.terms, readings, former)


def _keep_or_close(
    rule: AlertRule,
    alerts: dict[Subject, Alert],
    observed: dict[Subject, Observation],
    at: datetime,
) -> None:
    for subject, alert in alerts.items():
        seen = observed.get(subject)
        if seen is None:
            if subjects.is_gone(*subject):
                close_alert(alert, "What the alert is about is gone.")
            continue
        standing = Standing(is_unresolved=True, good_since=alert.good_since)
        _advance(rule, alert, seen, decide(rule.terms, seen.verdict, standing, at), at)


def _advance(rule: AlertRule, alert: Alert, seen: Observation, step: Step, at: datetime) -> None:
    match step:
        case Step.STAY:
            _see_again(rule, alert, seen, at)
        case Step.EASE:
            Alert.objects.filter(pk=alert.pk, good_since=None).update(good_since=at)
        case Step.DOUBT:
            Alert.objects.filter(pk=alert.pk).exclude(good_since=None).update(good_since=None)
        case Step.CLEAR:
            close_alert(alert, f"{seen_sentence(rule, seen)} It is good again.")


def _see_again(rule: AlertRule, alert: Alert, seen: Observation, at: datetime) -> None:
    alert.message, alert.value = seen_sentence(rule, seen), _kept(seen.judged)
    Alert.objects.filter(pk=alert.pk).update(
        last_seen_at=at,
        good_since=None,
        occurrences=F("occurrences") + 1,
        message=alert.message,
        value=alert.value,
    )
    if _is_reminder_due(rule, alert, at):
        _remind(alert)


def _is_reminder_due(rule: AlertRule, alert: Alert, at: datetime) -> bool:
    if not rule.remind_minutes or alert.state != AlertState.OPEN:
        return False
    every = timedelta(minutes=rule.remind_minutes)
    return at - alert.opened_at >= every * (alert.reminders + 1)


def _remind(alert: Alert) -> None:
    alert.reminders += 1
    alert.save(update_fields=["reminders"])
    AlertEvent.objects.create(
        alert=alert, kind=AlertEventKind.REMINDED, by=whom(), value=alert.value
    )
    notify_channels(alert, Transition.REMINDED)


def _open(
    rule: AlertRule,
    alerts: dict[Subject, Alert],
    observed: dict[Subject, Observation],
    at: datetime,
) -> None:
    resolved = _resolved_lately(rule, at)
    causes = []
    for subject, seen in observed.items():
        if subject in alerts:
            continue
        standing = Standing(resolved_at=resolved[subject]) if subject in resolved else NO_STANDING
        if decide(rule.terms, seen.verdict, standing, at) == Step.OPEN:
            causes.append(_cause(rule, seen))
    for cause in causes[:MOST_AT_ONCE]:
        open_alert(cause)


def _resolved_lately(rule: AlertRule, at: datetime) -> dict[Subject, datetime]:
    """Return when the last alert about each subject was resolved, as far as it still matters."""
    since = at - rule.terms.cooldown
    rows = Alert.objects.filter(rule=rule, resolved_at__gt=since).order_by("resolved_at")
    values = rows.values_list("subject_type", "subject_id", "resolved_at")
    return {(kind, id_): resolved_at for kind, id_, resolved_at in values if resolved_at}


def _cause(rule: AlertRule, seen: Observation) -> Cause:
    reading = seen.reading
    return Cause(
        fingerprint=f"rule:{rule.pk}:{reading.subject_type}:{reading.subject_id or '-'}",
        title=rule.name,
        severity=rule.severity,
        subject_type=reading.subject_type,
        subject_id=reading.subject_id,
        subject_label=reading.subject_label,
        message=seen_sentence(rule, seen),
        rule=rule,
        value=_kept(seen.judged),
    )


def seen_sentence(rule: AlertRule, seen: Observation) -> str:
    """Return what was seen of one subject, and what the rule allows."""
    phrase = rule.phrase(seen.reading.subject_label or "the organization")
    return alert_sentence(phrase, seen.reading.value, seen.judged)


def _kept(value: Decimal | None) -> Decimal | None:
    """Return the value as far as the column holds it."""
    return None if value is None else max(min(value, LARGEST), -LARGEST)
