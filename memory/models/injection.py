"""Injection: what ARM put into an agent's instructions at its vendor, and how they read before."""

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

TABLE = "memory_injection"
COLUMN = "former_sealed"


class InjectionQuerySet(ScopedQuerySet["Injection"]):
    def standing(self) -> "InjectionQuerySet":
        """Return what stands in agents now."""
        return self.filter(taken_out_at=None)


class Injection(ScopedModel):
    """One block of memories and preferences in one agent; what it says is not kept a second time.

    `place` is where it stands at the vendor. `memory_ids` are the memories in it, in their order;
    some may be gone since. `former_sealed` holds the instructions as they read before, `written`
    a keyed mark of how they read with the block. It is over once `taken_out_at` is set.
    """

    agent = TenantForeignKey(Agent, models.CASCADE, related_name="injections", db_index=False)
    place = models.CharField(max_length=300, blank=True)
    memory_ids = models.JSONField(default=list)
    preferences = models.PositiveIntegerField(default=0)
    user = models.CharField(max_length=200, blank=True)
    characters = models.PositiveIntegerField(default=0)
    former_sealed: Any = SealedField(purpose=Purpose.CONTENT)
    written = models.BinaryField(max_length=32, editable=False)
    put_by = models.CharField(max_length=200, blank=True)
    taken_out_at = models.DateTimeField(null=True, blank=True)
    taken_out_by = models.CharField(max_length=200, blank=True)

    objects: ClassVar = ScopedManager.from_queryset(InjectionQuerySet)()

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["organization", "-created_at", "-id"], name="injections_newest"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "agent"],
                condition=Q(taken_out_at=None),
                name="one_standing_injection_for_each_agent",
            ),
        ]

    def __str__(self) -> str:
        return f"Memories in {self.agent}"

    @property
    def is_standing(self) -> bool:
        return self.taken_out_at is None

    @property
    def former(self) -> str:
        """The instructions as they read before, opened."""
        sealed = self.former_sealed
        return unseal(sealed, table=TABLE, row_id=self.pk, column=COLUMN).reveal()

    def hold(self, former: str) -> None:
        """Keep the instructions as they read before, sealed for this row."""
        told = Secret(former)
        self.former_sealed = seal(told, table=TABLE, row_id=self.pk, column=COLUMN)
