"""Vector, Term and CachedVector: what memories are found by. All of it follows from what they say.

None of these links to its memory in the database: a link to a table of many partitions would be
looked for in each of them whenever a memory goes. Whoever erases a memory erases these with it
(`memory.indexing.drop_index`), and a nightly look finds what was left behind.
"""

from typing import ClassVar

from django.db import models

from accounts.models import ScopedManager, ScopedModel, ScopedQuerySet
from memory.models.half_vector import HalfVectorField


class VectorQuerySet(ScopedQuerySet["Vector"]):
    """Questions about vectors; nearest ones are asked for by `memory.vectors`."""


class Vector(ScopedModel):
    """Where a memory, or a part of a long one, stands in a space. Never changed, only replaced.

    `part` is 0 for a whole memory, else the number of the part from 1. `mark` is a keyed mark of
    the text. New ones stand in shelf 0; sealing moves them into one with an index.
    """

    shelf = models.IntegerField(default=0)
    space_id = models.UUIDField()
    memory_id = models.UUIDField()
    part = models.PositiveSmallIntegerField(default=0)
    mark = models.BinaryField(max_length=16, editable=False)
    embedding = HalfVectorField()

    objects: ClassVar = ScopedManager.from_queryset(VectorQuerySet)()

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["organization", "space_id", "memory_id"], name="vectors_in_space"),
        ]

    def __str__(self) -> str:
        return f"Part {self.part}" if self.part else "Whole"


class TermQuerySet(ScopedQuerySet["Term"]):
    """Questions about words."""


class Term(ScopedModel):
    """That a word stands in a memory: its keyed mark, how often, and how long the memory is.

    The word itself stands nowhere. The mark is the beginning of a keyed hash of its stem.
    """

    id = None  # type: ignore[assignment]
    created_at = None  # type: ignore[assignment]
    pk = models.CompositePrimaryKey("organization_id", "mark", "memory_id")
    mark = models.BigIntegerField()
    memory_id = models.UUIDField()
    count = models.PositiveSmallIntegerField()
    length = models.PositiveIntegerField()

    objects: ClassVar = ScopedManager.from_queryset(TermQuerySet)()

    class Meta:
        ordering = ["memory_id", "mark"]
        indexes = [
            models.Index(fields=["organization", "memory_id"], name="terms_of_a_memory"),
        ]

    def __str__(self) -> str:
        return f"{self.count} times"


class CachedVectorQuerySet(ScopedQuerySet["CachedVector"]):
    """Questions about vectors that were paid for."""


class CachedVector(ScopedModel):
    """What an endpoint answered for a text, known again by the text's keyed mark."""

    space_id = models.UUIDField()
    mark = models.BinaryField(max_length=16, editable=False)
    embedding = HalfVectorField()

    objects: ClassVar = ScopedManager.from_queryset(CachedVectorQuerySet)()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "space_id", "mark"], name="one_cached_vector_for_each_text"
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "created_at"], name="cached_vectors_by_age"),
        ]

    def __str__(self) -> str:
        return "Cached vector"
