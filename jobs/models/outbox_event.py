"""OutboxEvent: something that happened and that others may hear of."""

from typing import ClassVar

from django.db import models

from accounts.models import ScopedManager, ScopedModel, ScopedQuerySet


class OutboxEventQuerySet(ScopedQuerySet["OutboxEvent"]):
    """Questions about what happened."""


class OutboxEvent(ScopedModel):
    """One piece of news, written in the transaction of what it tells of.

    `payload` is small and holds neither secrets nor what people or models said. The database adds
    the number of the writing transaction (`xid`) and one within it (`number`): in their order news
    goes out, once no transaction before can still be under way.
    """

    topic = models.CharField(max_length=60)
    subject_id = models.CharField(max_length=64, blank=True)
    payload = models.JSONField(default=dict, blank=True)

    objects: ClassVar = ScopedManager.from_queryset(OutboxEventQuerySet)()

    class Meta:
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["organization", "created_at"], name="outbox_by_time")]

    def __str__(self) -> str:
        return self.topic
