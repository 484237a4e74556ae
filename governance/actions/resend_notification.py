"""Send a message that was given up once more."""

from django.db import transaction
from django.utils import timezone

from accounts.permissions import require
from armproject.lib.audit import record
from armproject.lib.errors import Conflict
from governance.actions.notify_channels import queue
from governance.models import PATIENCE, Notification, NotificationState


@transaction.atomic
def resend_notification(notification: Notification) -> Notification:
    """Try a message again that did not arrive, for another day."""
    require("alerts.write")
    rows = Notification.objects.select_for_update(of=("self",)).select_related("channel")
    notification = rows.get(pk=notification.pk)
    if notification.state == NotificationState.SENT:
        raise Conflict("This message was sent.")
    if notification.channel is None:
        raise Conflict("The channel of this message was deleted.")
    notification.state = NotificationState.PENDING
    notification.give_up_at = timezone.now() + PATIENCE
    notification.save(update_fields=["state", "give_up_at"])
    queue(notification)
    record("notifications.resend", notification)
    return notification
