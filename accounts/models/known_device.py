"""KnownDevice: with what, and from where, somebody has signed in before."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models.functions import Now


class KnownDevice(models.Model):
    """A digest over a person, their program and their network: it tells whether it was seen."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "digest"], name="a_device_is_known_once"),
        ]

    def __str__(self) -> str:
        return f"Device {self.digest[:8]}"
