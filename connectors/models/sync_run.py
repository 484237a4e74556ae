"""SyncRun: one reading of a vendor, what it found and what it could not read."""

from typing import ClassVar

from django.db import models

from accounts.models import ScopedManager, ScopedModel, ScopedQuerySet, TenantForeignKey
from connectors.models.connection import Connection

MINUTE = 60


class SyncKind(models.TextChoices):
    DISCOVERY = "discovery", "Discovery"
    USAGE = "usage", "Usage"
    COSTS = "costs", "Costs"


class SyncState(models.TextChoices):
    RUNNING = "running", "Running"
    COMPLETE = "complete", "Complete"
    PARTIAL = "partial", "In part"
    FAILED = "failed", "Failed"


class SyncRunQuerySet(ScopedQuerySet["SyncRun"]):
    def of(self, connection: Connection, kind: str) -> "SyncRunQuerySet":
        return self.filter(connection=connection, kind=kind)

    def running(self) -> "SyncRunQuerySet":
        return self.filter(state=SyncState.RUNNING)


class SyncRun(ScopedModel):
    """One reading of a vendor: `found` counts what came of it, `unread` says what did not and why.

    `found` maps names such as new, changed, vanished, rows to numbers; `unread` is a list of
    {what, why, fault}.
    """

    connection = TenantForeignKey(Connection, models.CASCADE, related_name="syncs")
    kind = models.CharField(max_length=12, choices=SyncKind.choices)
    state = models.CharField(max_length=10, choices=SyncState.choices, default=SyncState.RUNNING)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    found = models.JSONField(default=dict, blank=True)
    unread = models.JSONField(default=list, blank=True)
    error = models.TextField(blank=True)
    requested_by = models.CharField(max_length=200, blank=True)

    objects: ClassVar = ScopedManager.from_queryset(SyncRunQuerySet)()

    class Meta:
        verbose_name = "reading"
        ordering = ["-id"]
        indexes = [models.Index(fields=["organization", "connection", "kind", "-id"])]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of {self.connection}"

    @property
    def took(self) -> str:
        """How long the reading took, in words; empty while it runs."""
        if self.finished_at is None:
            return ""
        seconds = (self.finished_at - self.started_at).total_seconds()
        return f"{seconds:.1f} s" if seconds < MINUTE else f"{seconds / MINUTE:.1f} min"
