"""AuditArchive and AuditHold: months that left the database with proof, and why some may not."""

from typing import Any, ClassVar

from django.db import models

from accounts.models import ScopedManager, ScopedModel, ScopedQuerySet
from governance.signing import moment


class AuditArchive(models.Model):
    """One month of all organizations' events in a file outside the database.

    It belongs to the installation. Its signature is what lets a verification tell a month that
    was archived from one that somebody dropped.
    """

    month = models.DateField(primary_key=True)
    events = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    file_name = models.CharField(max_length=100)
    archived_at = models.DateTimeField()
    signature = models.BinaryField(default=bytes)
    key_id = models.CharField(max_length=64)
    dropped_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-month"]

    def __str__(self) -> str:
        return f"archive of {self.month:%Y-%m}"

    @property
    def facts(self) -> dict[str, Any]:
        """What the archive's signature says."""
        return {
            "format": "arm-archive-1",
            "month": f"{self.month:%Y-%m}",
            "events": self.events,
            "sha256": self.sha256,
            "archived_at": moment(self.archived_at),
        }


class AuditHoldQuerySet(ScopedQuerySet["AuditHold"]):
    def standing(self) -> "AuditHoldQuerySet":
        return self.filter(lifted_at=None)


class AuditHold(ScopedModel):
    """While it stands, nothing of the audit log leaves the database, whatever retention says.

    A `LegalHold` is another thing: it keeps one person from being erased.
    """

    reason = models.CharField(max_length=500)
    placed_by = models.CharField(max_length=200, blank=True)
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_by = models.CharField(max_length=200, blank=True)

    objects: ClassVar = ScopedManager.from_queryset(AuditHoldQuerySet)()

    class Meta:
        ordering = ["-id"]
        verbose_name = "audit hold"
        constraints = [
            models.UniqueConstraint(
                fields=["organization"],
                condition=models.Q(lifted_at=None),
                name="an_organization_is_held_once",
            ),
        ]

    def __str__(self) -> str:
        return self.reason
