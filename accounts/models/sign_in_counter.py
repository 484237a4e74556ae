"""SignInCounter: how often something was tried at the gate."""

from django.db import models


class SignInCounter(models.Model):
    """Attempts under one limit until it resets; the key is a digest, so nobody is named."""

    key = models.CharField(max_length=64, primary_key=True)
    count = models.PositiveIntegerField()
    resets_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.count} until {self.resets_at}"
