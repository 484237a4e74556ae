"""ExternalStore: a memory service outside that is told of every memory."""

from typing import ClassVar

from django.db import models

from accounts.models import ScopedManager, ScopedModel, ScopedQuerySet, TenantForeignKey
from jobs.models import Subscription


class ExternalStoreQuerySet(ScopedQuerySet["ExternalStore"]):
    def on(self) -> "ExternalStoreQuerySet":
        return self.filter(subscription__state="on")


class ExternalStore(ScopedModel):
    """A service that keeps what ARM remembers, too; its address and key are its subscription's.

    `compared_at` is when both were last compared to the end, `repaired` how much differed then,
    `compared` how many memories there were.
    """

    name = models.CharField(max_length=100)
    subscription = TenantForeignKey(Subscription, models.CASCADE, related_name="external_stores")
    compared_at = models.DateTimeField(null=True, blank=True, editable=False)
    compared = models.PositiveIntegerField(default=0, editable=False)
    repaired = models.PositiveIntegerField(default=0, editable=False)
    last_error = models.TextField(blank=True, editable=False)

    objects: ClassVar = ScopedManager.from_queryset(ExternalStoreQuerySet)()

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "name"], name="an_external_store_has_its_own_name"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ExternalCopyQuerySet(ScopedQuerySet["ExternalCopy"]):
    def refused(self) -> "ExternalCopyQuerySet":
        """Return what the service would not take."""
        return self.exclude(problem="")


class ExternalCopy(ScopedModel):
    """What a service was last told of one memory: its version and when; or why it refused it.

    A memory that was taken out there, too, has no row here.
    """

    store = TenantForeignKey(ExternalStore, models.CASCADE, related_name="copies", db_index=False)
    memory_id = models.UUIDField()
    version = models.PositiveIntegerField(default=1)
    sent_at = models.DateTimeField()
    problem = models.CharField(max_length=300, blank=True)

    objects: ClassVar = ScopedManager.from_queryset(ExternalCopyQuerySet)()

    class Meta:
        verbose_name_plural = "external copies"
        ordering = ["store", "memory_id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "store", "memory_id"], name="one_copy_of_each_memory"
            ),
        ]

    def __str__(self) -> str:
        return f"Copy of {self.memory_id}"
