"""Delivery: some news on its way to one subscription."""

from datetime import timedelta
from typing import ClassVar

from django.db import models
from django.db.models.functions import Now

from accounts.models import ScopedManager, ScopedModel, ScopedQuerySet, TenantForeignKey
from jobs.models.subscription import Subscription

# For so long news that is not taken is sent again.
PATIENCE = timedelta(hours=24)


class DeliveryState(models.TextChoices):
    PENDING = "pending", "Waiting"
    FAILED = "failed", "Failed, will be tried again"
    DELIVERED = "delivered", "Delivered"
    DEAD = "dead", "Given up"


UNSENT = (DeliveryState.PENDING, DeliveryState.FAILED)


class DeliveryQuerySet(ScopedQuerySet["Delivery"]):
    def unsent(self) -> "DeliveryQuerySet":
        return self.filter(state__in=UNSENT)

    def dead(self) -> "DeliveryQuerySet":
        return self.filter(state=DeliveryState.DEAD)


class Delivery(ScopedModel):
    """Up to a hundred events that are sent together, in order.

    Its id goes out with it and stays the same however often it is sent. `since` is when the
    oldest of its events happened; `response_code` is what the receiver last answered over HTTP.
    What was given up waits for somebody to replay it.
    """

    subscription = TenantForeignKey(Subscription, models.CASCADE, related_name="deliveries")
    state = models.CharField(
        max_length=9, choices=DeliveryState.choices, default=DeliveryState.PENDING
    )
    event_ids = models.JSONField(default=list)
    events = models.PositiveIntegerField(default=0)
    since = models.DateTimeField(db_default=Now())
    is_replay = models.BooleanField(default=False)
    attempts = models.PositiveIntegerField(default=0)
    next_try_at = models.DateTimeField(db_default=Now())
    give_up_at = models.DateTimeField(db_default=Now() + PATIENCE)
    response_code = models.PositiveSmallIntegerField(null=True, blank=True)
    last_error = models.TextField(blank=True)
    delivered_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar = ScopedManager.from_queryset(DeliveryQuerySet)()

    class Meta:
        ordering = ["-id"]
        verbose_name_plural = "deliveries"
        indexes = [
            models.Index(fields=["organization", "-id"], name="deliveries_newest"),
            models.Index(fields=["organization", "state", "-id"], name="deliveries_by_state"),
            models.Index(
                fields=["subscription", "id"],
                name="deliveries_unsent",
                condition=models.Q(state__in=UNSENT),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.events} to {self.subscription}"
