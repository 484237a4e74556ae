"""Chunk: a part of a long memory, so that a part can be found."""

from typing import Any, ClassVar

from django.db import models

from accounts.models import (
    ScopedManager,
    ScopedModel,
    ScopedQuerySet,
    SealedField,
    TenantForeignKey,
)
from accounts.sealing import unseal
from armproject.lib.crypto import Purpose
from memory.models.memory import Memory

TABLE = "memory_chunk"
COLUMN = "content_sealed"


class ChunkQuerySet(ScopedQuerySet["Chunk"]):
    """Questions about parts of long memories."""


class Chunk(ScopedModel):
    """Part number `index`, from 0, of a memory that is longer than 1,000 tokens.

    It begins at character `start` of the memory's content and is `length` characters long.
    """

    memory = TenantForeignKey(Memory, models.CASCADE, related_name="chunks", db_index=False)
    index = models.PositiveIntegerField()
    start = models.PositiveIntegerField()
    length = models.PositiveIntegerField()
    tokens = models.PositiveIntegerField()
    content_sealed: Any = SealedField(purpose=Purpose.CONTENT)

    objects: ClassVar = ScopedManager.from_queryset(ChunkQuerySet)()

    class Meta:
        ordering = ["memory", "index"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "memory", "index"], name="one_chunk_for_each_index"
            ),
        ]

    def __str__(self) -> str:
        return f"Part {self.index + 1}"

    @property
    def content(self) -> str:
        """What the part says, opened."""
        sealed = self.content_sealed
        return unseal(sealed, table=TABLE, row_id=self.pk, column=COLUMN).reveal()
