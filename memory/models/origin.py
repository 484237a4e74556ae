"""Origin: what a memory was made from."""

from typing import ClassVar

from django.db import models

from accounts.models import ScopedManager, ScopedModel, ScopedQuerySet, TenantForeignKey
from memory.models.memory import Memory


class OriginQuerySet(ScopedQuerySet["Origin"]):
    def made_from(self, memories: "models.QuerySet[Memory]") -> "OriginQuerySet":
        """Return the links of what was concluded from any of these memories."""
        return self.filter(parent__in=memories)


class Origin(ScopedModel):
    """One link: `memory` was concluded from another memory, its `parent`, or from a run.

    Erasing what it was made from erases it, too.
    """

    memory = TenantForeignKey(Memory, models.CASCADE, related_name="origins", db_index=False)
    parent = TenantForeignKey(
        Memory, models.CASCADE, null=True, blank=True, related_name="derived", db_index=False
    )
    run_id = models.UUIDField(null=True, blank=True)

    objects: ClassVar = ScopedManager.from_queryset(OriginQuerySet)()

    class Meta:
        ordering = ["created_at", "id"]
        indexes = [
            models.Index(fields=["organization", "memory"], name="origins_of_a_memory"),
            models.Index(fields=["organization", "parent"], name="what_came_of_a_memory"),
            models.Index(fields=["organization", "run_id"], name="memories_made_of_a_run"),
        ]

    def __str__(self) -> str:
        return "From a run" if self.run_id else "From a memory"
