"""Remove a way to tell somebody."""

from django.db import transaction

from accounts.permissions import require
from armproject.lib.audit import record
from governance.actions.create_channel import channel_facts
from governance.models import Channel, Notification, NotificationState


@transaction.atomic
def delete_channel(channel: Channel) -> None:
    """Delete a channel; what it was still to be told is given up, what it was told stays listed."""
    require("alerts.write")
    channel = Channel.objects.select_for_update(of=("self",)).get(pk=channel.pk)
    Notification.objects.unsent().filter(channel=channel).update(
        state=NotificationState.GIVEN_UP, last_error="The channel was deleted."
    )
    record("channels.delete", channel, before=channel_facts(channel))
    channel.delete()
