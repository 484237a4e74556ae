"""Write what an alert's channels are to be told."""

from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from accounts.fence import acting, current_organization_id
from accounts.permissions import system
from accounts.roles import PERMISSIONS
from governance.models import PATIENCE, Alert, Channel, Notification, Transition
from jobs.actions.enqueue import enqueue


@transaction.atomic
def notify_channels(
    alert: Alert, transition: Transition, *, channels: Iterable[Channel] | None = None
) -> list[Notification]:
    """Write one message for each channel of the alert and queue its delivery.

    The messages stand or fall with the change they tell of. That an alert opened is told to the
    channels of its rule, or to the organization's default ones where the rule names none; that it
    is resolved to those who were told of it. What a channel was to be told before is not repeated.
    """
    if channels is None:
        resolved = transition == Transition.RESOLVED
        channels = _told(alert) if resolved else _recipients(alert)
    written = (_write(alert, transition, channel) for channel in channels)
    fresh = [notification for notification in written if notification is not None]
    for notification in fresh:
        queue(notification)
    return fresh


def queue(notification: Notification) -> None:
    """Queue the delivery of a message, unless it is queued already.

    ARM itself delivers, so that a message still goes out when whoever caused it has left.
    """
    channel = notification.channel
    with acting(system("notifications"), current_organization_id(), PERMISSIONS):
        enqueue(
            "governance.deliver",
            {"notification": str(notification.pk)},
            dedupe_key=f"notification:{notification.pk}",
            lane=channel.lane if channel else "local",
        )


def _recipients(alert: Alert) -> list[Channel]:
    own = list(alert.rule.channels.all()) if alert.rule is not None else []
    return own or list(Channel.objects.default())


def _told(alert: Alert) -> list[Channel]:
    told = Notification.objects.filter(alert=alert).values("channel")
    return list(Channel.objects.filter(pk__in=told))


def _write(alert: Alert, transition: Transition, channel: Channel) -> Notification | None:
    notification, is_fresh = Notification.objects.get_or_create(
        alert=alert,
        channel=channel,
        transition=transition,
        turn=alert.reminders if transition == Transition.REMINDED else 0,
        defaults={
            "channel_label": channel.name,
            "message": alert.message,
            "give_up_at": timezone.now() + PATIENCE,
        },
    )
    return notification if is_fresh else None
