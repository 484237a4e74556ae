"""Deliver one message about an alert."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import F
from django.utils import timezone

from accounts.fence import fenced
from armproject.lib.errors import DomainError
from governance.actions.notify_channels import notify_channels, queue
from governance.models import Channel, Notification, NotificationState, Transition
from governance.sending import Letter, deliver

FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=6)


def deliver_notification(
    notification_id: UUID, finish: Callable[[], AbstractContextManager[None]] = fenced
) -> None:
    """Send a message and only then mark it sent; what fails is tried again for a day.

    `finish` opens the transaction in which the work counts. A crash between sending and marking
    sends the message again under the same id, so that its receiver can tell.
    """
    with fenced():
        notification = _find(notification_id)
        if notification is None or _must_wait(notification):
            return
        if notification.channel is None:
            _give_up(notification, "The channel was deleted.")
            return
        letter, address = _letter(notification), notification.channel.address()
    try:
        deliver(letter, address)
    except DomainError as problem:
        _note_failure(notification, problem)
        raise
    with finish():
        _mark_sent(notification)


def pause_after(attempts: int) -> timedelta:
    """Return how long to wait after so many failures: doubling from a minute to six hours."""
    doubled: timedelta = FIRST_PAUSE * 2 ** min(attempts - 1, 16)
    return min(doubled, LONGEST_PAUSE)


def _find(notification_id: UUID) -> Notification | None:
    """Return the message, unless it was sent already."""
    rows = Notification.objects.select_related("alert__rule", "channel__organization")
    return rows.exclude(state=NotificationState.SENT).filter(pk=notification_id).first()


def _must_wait(notification: Notification) -> bool:
    """Tell whether the channel has yet to hear something else first.

    What was opened and never told is not told as resolved either.
    """
    earlier = Notification.objects.before(notification)
    if notification.transition != Transition.OPENED:
        opened = earlier.filter(transition=Transition.OPENED).first()
        if opened is not None and opened.state == NotificationState.GIVEN_UP:
            _give_up(notification, "The channel never heard of the alert itself.")
            return True
    return earlier.unsent().exists()


def _mark_sent(notification: Notification) -> None:
    Notification.objects.filter(pk=notification.pk).update(
        state=NotificationState.SENT,
        sent_at=timezone.now(),
        attempts=F("attempts") + 1,
        last_error="",
    )
    _note_on_channel(notification, "")
    _wake_next(notification)


def _note_failure(notification: Notification, problem: DomainError) -> None:
    """Keep why the message did not arrive and say when to try again, or give up after a day."""
    left = notification.give_up_at - timezone.now()
    problem.permanent = left <= timedelta(0)
    pause = min(pause_after(notification.attempts + 1), max(left, FIRST_PAUSE))
    problem.retry_after = max(problem.retry_after or 0, pause.total_seconds())
    with fenced():
        _note_on_channel(notification, problem.message)
        Notification.objects.filter(pk=notification.pk).update(
            state=NotificationState.FAILED,
            attempts=F("attempts") + 1,
            last_error=problem.message,
        )
        if problem.permanent:
            _give_up(notification, problem.message)
            _fall_back(notification)


def _note_on_channel(notification: Notification, error: str) -> None:
    if notification.channel is not None:
        Channel.objects.filter(pk=notification.channel.pk).update(last_error=error)


def _give_up(notification: Notification, why: str) -> None:
    Notification.objects.filter(pk=notification.pk).update(
        state=NotificationState.GIVEN_UP, last_error=why
    )
    _wake_next(notification)


def _fall_back(notification: Notification) -> None:
    """Tell the default channels what this one could not be told."""
    transition = Transition(notification.transition)
    notify_channels(notification.alert, transition, channels=Channel.objects.default())


def _wake_next(notification: Notification) -> None:
    following = Notification.objects.after(notification).unsent().order_by("id").first()
    if following is not None:
        queue(following)


def _letter(notification: Notification) -> Letter:
    alert = notification.alert
    opening = {
        Transition.OPENED: f"{alert.get_severity_display()}: ",
        Transition.REMINDED: f"Still {alert.state}: ",
        Transition.RESOLVED: "Resolved: ",
    }[Transition(notification.transition)]
    organization = notification.channel.organization if notification.channel else None
    lines = [notification.message, f"Since {alert.opened_at:%Y-%m-%d %H:%M} UTC."]
    if notification.transition == Transition.RESOLVED:
        lines.append(f"{alert.resolution} ({alert.resolved_at:%Y-%m-%d %H:%M} UTC)")
    return Letter(
        id=notification.pk,
        thread=alert.pk,
        event=f"alert.{notification.transition}",
        at=notification.created_at,
        subject=f"[ARM] {opening}{alert}",
        lines=(*lines, f"Organization: {organization}"),
        severity=alert.severity,
        link=f"{settings.ARM_BASE_URL}/studio/governance/alert/{alert.pk}/change/",
        facts=_facts(notification),
    )


def _facts(notification: Notification) -> dict[str, object]:
    alert = notification.alert
    return {
        "alert_id": str(alert.pk),
        "organization_id": str(alert.organization_id),
        "rule_id": str(alert.rule_id) if alert.rule_id else None,
        "title": alert.title,
        "severity": alert.severity,
        "state": alert.state,
        "subject_type": alert.subject_type,
        "subject_id": str(alert.subject_id) if alert.subject_id else None,
        "subject_label": alert.subject_label,
        "message": notification.message,
        "value": None if alert.value is None else str(alert.value),
        "threshold": None if alert.threshold is None else str(alert.threshold),
        "opened_at": alert.opened_at.isoformat(),
        "resolved_at": alert.resolved_at.isoformat() if alert.resolved_at else None,
    }
