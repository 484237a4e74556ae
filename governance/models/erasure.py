"""Erasure: the receipt for a person who was erased, which names nobody."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from accounts.models import ScopedManager, ScopedModel, ScopedQuerySet


class ErasureQuerySet(ScopedQuerySet["Erasure"]):
    def of(self, address_mark: str) -> "Erasure | None":
        """Return the newest receipt for an address, by its mark."""
        return self.filter(address_mark=address_mark).order_by("-id").first()


class Erasure(ScopedModel):
    """What became of everything that was held about one person.

    `person_id` is the pseudonym that stays in the log. `address_mark` tells whether an address is
    the one that was erased, so that a restored backup can be cleaned again, and gives no address
    away. `erased` maps each store to how many rows it changed, `kept` says what stays and why.
    """

    person_id = models.UUIDField(editable=False)
    address_mark = models.CharField(max_length=64, editable=False)
    reason = models.CharField(max_length=500, blank=True)
    erased = models.JSONField(default=dict, editable=False)
    kept = models.JSONField(default=list, editable=False)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        editable=False,
    )

    objects: ClassVar = ScopedManager.from_queryset(ErasureQuerySet)()

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["organization", "address_mark"], name="erased_address")]

    def __str__(self) -> str:
        return f"Erasure {str(self.pk)[-12:]}"
