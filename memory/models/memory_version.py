"""MemoryVersion: how a memory read before it was changed."""

from typing import Any, ClassVar

from django.db import models

from accounts.models import (
    ScopedManager,
    ScopedModel,
    ScopedQuerySet,
    SealedField,
    TenantForeignKey,
)
from accounts.sealing import seal, unseal
from armproject.lib.crypto import Purpose
from armproject.lib.secret import Secret
from memory.models.memory import Memory

TABLE = "memory_memoryversion"
COLUMN = "content_sealed"


class MemoryVersionQuerySet(ScopedQuerySet["MemoryVersion"]):
    def of(self, memory: Memory) -> "MemoryVersionQuerySet":
        """Return the former versions of a memory, the newest first."""
        return self.filter(memory=memory).order_by("-number")


class MemoryVersion(ScopedModel):
    """A former version: its `number`, what it said, who changed it then, and what else differed.

    `facts` holds label, metadata, confidence, validity and visibility as they were.
    """

    memory = TenantForeignKey(Memory, models.CASCADE, related_name="versions", db_index=False)
    number = models.PositiveIntegerField()
    content_sealed: Any = SealedField(purpose=Purpose.CONTENT)
    facts = models.JSONField(default=dict)
    changed_by = models.CharField(max_length=200, blank=True)

    objects: ClassVar = ScopedManager.from_queryset(MemoryVersionQuerySet)()

    class Meta:
        ordering = ["memory", "-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "memory", "number"], name="one_version_for_each_number"
            ),
        ]

    def __str__(self) -> str:
        return f"Version {self.number}"

    @property
    def content(self) -> str:
        """What it said, opened."""
        sealed = self.content_sealed
        return unseal(sealed, table=TABLE, row_id=self.pk, column=COLUMN).reveal()

    def hold(self, content: str) -> None:
        """Keep what it said, sealed for this row."""
        told = Secret(content)
        self.content_sealed = seal(told, table=TABLE, row_id=self.pk, column=COLUMN)
