"""Look after messages that nobody is about to send."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from governance.actions.notify_channels import queue
from governance.models import Notification, NotificationState

MOST = 500
# The last attempt comes when the day is over; only then is there nothing left to wait for.
GRACE = timedelta(hours=1)


@transaction.atomic
def requeue_notifications() -> None:
    """Queue every unsent message that has no job any more; give up those whose day is over.

    A job can end without its message, for instance when every worker that took it died.
    """
    for notification in Notification.objects.unsent().select_related("channel")[:MOST]:
        if notification.give_up_at + GRACE > timezone.now():
            queue(notification)
        else:
            Notification.objects.filter(pk=notification.pk).update(
                state=NotificationState.GIVEN_UP,
                last_error=notification.last_error or "It could not be sent for a day.",
            )
