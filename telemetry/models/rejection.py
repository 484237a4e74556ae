"""Rejection: what could not be kept, counted by the reason."""

from typing import ClassVar

from django.db import models

from accounts.models import ScopedManager, ScopedModel, ScopedQuerySet


class RejectionQuerySet(ScopedQuerySet["Rejection"]):
    """Questions about what was refused."""


class Rejection(ScopedModel):
    """How many items were refused for one reason in one hour; `example` is the id of the last one.

    What the items held is not kept, because nobody can say what is in it.
    """

    door = models.CharField(max_length=20)
    reason = models.CharField(max_length=300)
    example = models.CharField(max_length=64, blank=True)
    hour = models.DateTimeField()
    items = models.BigIntegerField(default=0)
    last_at = models.DateTimeField()

    objects: ClassVar = ScopedManager.from_queryset(RejectionQuerySet)()

    class Meta:
        ordering = ["-last_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "hour", "door", "reason"],
                name="a_reason_of_an_hour_is_counted_once",
            ),
        ]

    def __str__(self) -> str:
        return self.reason
