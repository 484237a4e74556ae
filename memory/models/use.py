"""Use: one time a memory was used, by whom, and whether it helped."""

from datetime import datetime
from typing import ClassVar

from django.db import models

from accounts.models import ScopedManager, ScopedModel, ScopedQuerySet, TenantForeignKey
from memory.models.choices import UseKind
from memory.models.memory import Memory


class UseQuerySet(ScopedQuerySet["Use"]):
    def of(self, memory: Memory) -> "UseQuerySet":
        """Return the uses of a memory, the newest first."""
        return self.filter(memory=memory).order_by("-created_at", "-id")

    def older_than(self, moment: datetime) -> "UseQuerySet":
        return self.filter(created_at__lt=moment)


class Use(ScopedModel):
    """One use of one memory. `recall` is shared by all memories that one recall brought.

    `score` (0 to 1) and `rank` (from 1) are how it was found; `helpful` is what was said of it.
    """

    memory = TenantForeignKey(Memory, models.CASCADE, related_name="used", db_index=False)
    kind = models.CharField(max_length=8, choices=UseKind.choices)
    recall = models.UUIDField(null=True, blank=True)
    by = models.CharField(max_length=200, blank=True)
    agent_id = models.UUIDField(null=True, blank=True)
    run_id = models.UUIDField(null=True, blank=True)
    score = models.FloatField(null=True, blank=True)
    rank = models.PositiveIntegerField(null=True, blank=True)
    helpful = models.BooleanField(null=True, blank=True)

    objects: ClassVar = ScopedManager.from_queryset(UseQuerySet)()

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["organization", "memory", "-created_at"], name="uses_of_a_memory"),
            models.Index(fields=["organization", "recall"], name="uses_of_a_recall"),
            models.Index(fields=["organization", "created_at"], name="uses_by_age"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.created_at:%Y-%m-%d %H:%M}"
