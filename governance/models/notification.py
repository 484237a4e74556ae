"""Notification: one message about one alert to one channel."""

from datetime import timedelta
from typing import ClassVar

from django.db import models
from django.db.models.functions import Now

from accounts.models import ScopedManager, ScopedModel, ScopedQuerySet, TenantForeignKey
from governance.models.alert import Alert
from governance.models.channel import Channel

# For so long a message that does not arrive is tried again.
PATIENCE = timedelta(hours=24)


class Transition(models.TextChoices):
    OPENED = "opened", "Opened"
    REMINDED = "reminded", "Reminded"
    RESOLVED = "resolved", "Resolved"


class NotificationState(models.TextChoices):
    PENDING = "pending", "Waiting"
    SENT = "sent", "Sent"
    FAILED = "failed", "Failed, will be tried again"
    GIVEN_UP = "given_up", "Given up"


UNSENT = (NotificationState.PENDING, NotificationState.FAILED)


class NotificationQuerySet(ScopedQuerySet["Notification"]):
    def unsent(self) -> "NotificationQuerySet":
        return self.filter(state__in=UNSENT)

    def before(self, notification: "Notification") -> "NotificationQuerySet":
        """Return what the same channel is to hear of the same alert before this."""
        return self.filter(
            alert=notification.alert_id, channel=notification.channel_id, pk__lt=notification.pk
        )

    def after(self, notification: "Notification") -> "NotificationQuerySet":
        """Return what waits for this one to be out of the way."""
        return self.filter(
            alert=notification.alert_id, channel=notification.channel_id, pk__gt=notification.pk
        )


class Notification(ScopedModel):
    """One message about one alert to one channel.

    It is written with the change it tells of and marked sent only after it was sent. Its id goes
    out with it, so that a receiver can tell a message that was sent twice.
    """

    alert = TenantForeignKey(Alert, models.CASCADE, related_name="notifications")
    channel = TenantForeignKey(
        Channel, models.SET_NULL, null=True, blank=True, related_name="notifications"
    )
    channel_label = models.CharField(max_length=100)
    transition = models.CharField(max_length=8, choices=Transition.choices)
    turn = models.PositiveIntegerField(default=0)
    message = models.TextField()
    state = models.CharField(
        max_length=8, choices=NotificationState.choices, default=NotificationState.PENDING
    )
    attempts = models.PositiveIntegerField(default=0)
    last_error = models.TextField(blank=True)
    give_up_at = models.DateTimeField(db_default=Now() + PATIENCE)
    sent_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar = ScopedManager.from_queryset(NotificationQuerySet)()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "alert", "channel", "transition", "turn"],
                name="a_channel_hears_a_change_once",
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "-id"], name="notifications_newest"),
            models.Index(
                fields=["organization", "id"],
                name="notifications_unsent",
                condition=models.Q(state__in=UNSENT),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_transition_display()} to {self.channel_label}"
