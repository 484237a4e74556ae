"""LegalHold: a reason why nothing about a person may be erased."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from accounts.models import ScopedManager, ScopedModel, ScopedQuerySet, User


class LegalHoldQuerySet(ScopedQuerySet["LegalHold"]):
    def standing(self, user: User) -> "LegalHold | None":
        """Return the hold that keeps this person's data, if there is one."""
        return self.filter(user=user, released_at=None).order_by("id").first()


class LegalHold(ScopedModel):
    """While it stands, what is held about the person must stay, whoever asks.

    An `AuditHold` is another thing: it keeps the whole audit log in the database.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="person"
    )
    reason = models.CharField(max_length=500)
    released_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects: ClassVar = ScopedManager.from_queryset(LegalHoldQuerySet)()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "user"],
                condition=models.Q(released_at=None),
                name="one_hold_stands_for_a_person",
            ),
        ]

    def __str__(self) -> str:
        return f"Legal hold {str(self.pk)[-12:]}"
