"""Quarantined: something that was sent and could not be kept, until somebody decides."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.models import ScopedManager, ScopedModel, ScopedQuerySet, SealedField
from accounts.sealing import seal, unseal
from armproject.lib.crypto import Purpose
from armproject.lib.secret import Secret


class QuarantinedQuerySet(ScopedQuerySet["Quarantined"]):
    """Questions about what is kept aside."""

    def found(self, term: str) -> "QuarantinedQuerySet":
        """Return the items of this id, or those whose reason begins so."""
        return self.filter(Q(item_id=term) | Q(reason__istartswith=term))


class Quarantined(ScopedModel):
    """One span or event that a door refused, or that the database would not take.

    It is kept sealed, because nobody can say what is in it. `item_id` is its own id, where it has
    a readable one; `size` is in bytes, unsealed.
    """

    door = models.CharField(max_length=20)
    reason = models.CharField(max_length=300)
    item_id = models.CharField(max_length=64, blank=True)
    size = models.PositiveIntegerField(default=0)
    body_sealed = SealedField(null=True, purpose=Purpose.CONTENT)

    objects: ClassVar = ScopedManager.from_queryset(QuarantinedQuerySet)()

    class Meta:
        ordering = ["-id"]
        verbose_name = "item in quarantine"
        verbose_name_plural = "items in quarantine"
        indexes = [
            models.Index(fields=["organization", "-id"], name="quarantine_newest"),
            models.Index(fields=["organization", "reason", "-id"], name="quarantine_by_reason"),
        ]

    def __str__(self) -> str:
        return self.item_id or str(self.pk)

    def keep(self, body: bytes) -> None:
        """Seal what was sent into this row; the caller saves."""
        self.size = len(body)
        self.body_sealed = seal(
            Secret(body.decode()), table=self._meta.db_table, row_id=self.pk, column="body_sealed"
        )

    def open(self) -> str:
        """Return what was sent, as JSON; "" where nothing is kept."""
        if self.body_sealed is None:
            return ""
        sealed = bytes(self.body_sealed)
        table = self._meta.db_table
        return unseal(sealed, table=table, row_id=self.pk, column="body_sealed").reveal()
