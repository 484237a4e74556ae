"""Extraction: one interaction that was looked through for what to remember."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from accounts.models import (
    ScopedManager,
    ScopedModel,
    ScopedQuerySet,
    SealedField,
    TenantForeignKey,
)
from accounts.sealing import seal, unseal
from agents.models import Agent
from armproject.lib.crypto import Purpose
from armproject.lib.secret import Secret
from memory.models.choices import OwnerType

TABLE = "memory_extraction"
COLUMN = "told_sealed"


class ExtractionState(models.TextChoices):
    WAITING = "waiting", "Waiting"
    DONE = "done", "Done"
    REFUSED = "refused", "Not done"


class ExtractionQuerySet(ScopedQuerySet["Extraction"]):
    def waiting(self) -> "ExtractionQuerySet":
        return self.filter(state=ExtractionState.WAITING)


class Extraction(ScopedModel):
    """One interaction, whose it was, and what came of it: how many memories and preferences.

    A run is looked through once. While it waits, what was said is kept sealed in `told_sealed`,
    unless it is the run's, which keeps it itself. `reason` says why it was not done.
    """

    owner_type = models.CharField(max_length=12, choices=OwnerType.choices)
    owner_id = models.CharField(max_length=200, blank=True)
    agent = TenantForeignKey(
        Agent, models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    run_id = models.UUIDField(null=True, blank=True)
    source_id = models.CharField(max_length=200, blank=True)
    told_sealed: Any = SealedField(purpose=Purpose.CONTENT, null=True)
    state = models.CharField(
        max_length=7, choices=ExtractionState.choices, default=ExtractionState.WAITING
    )
    reason = models.CharField(max_length=300, blank=True)
    memories = models.PositiveIntegerField(default=0)
    withheld = models.PositiveIntegerField(default=0)
    preferences = models.PositiveIntegerField(default=0)
    model = models.CharField(max_length=200, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar = ScopedManager.from_queryset(ExtractionQuerySet)()

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "run_id"],
                condition=Q(run_id__isnull=False),
                name="a_run_is_looked_through_once",
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "-created_at", "-id"], name="extractions_newest"),
        ]

    def __str__(self) -> str:
        return self.source_id or (f"Run {self.run_id}" if self.run_id else "An interaction")

    @property
    def whose(self) -> str:
        """Whose it was, for people."""
        if self.owner_type == OwnerType.ORGANIZATION:
            return "the organization"
        return f"{self.get_owner_type_display().lower()} {self.owner_id}"

    @property
    def told(self) -> str:
        """What was said, while it waits; "" where nothing is kept here."""
        if self.told_sealed is None:
            return ""
        return unseal(self.told_sealed, table=TABLE, row_id=self.pk, column=COLUMN).reveal()

    def hold(self, told: str) -> None:
        """Keep what was said, sealed for this row; "" drops it."""
        sealed = seal(Secret(told), table=TABLE, row_id=self.pk, column=COLUMN)
        self.told_sealed = sealed if told else None
