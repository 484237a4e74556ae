"""Departure: somebody was taken out of the organization."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from accounts.models.scoped import ScopedManager, ScopedModel


class Departure(ScopedModel):
    """Stands from the day a person is taken out until people of the organization let them in again.

    An identity provider may go on vouching for them for weeks; that alone brings nobody back.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")

    objects: ClassVar = ScopedManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "user"], name="a_person_departs_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user} left"
