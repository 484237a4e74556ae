"""Pulse: the last time the relay came by, which shows that beat, broker and a worker live."""

from django.db import models
from django.db.models.functions import Now


class Pulse(models.Model):
    """One row: when work was last looked for."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="there_is_one_pulse")]

    def __str__(self) -> str:
        return f"last pulse {self.at:%H:%M:%S}"
