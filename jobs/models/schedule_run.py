"""ScheduleRun: the proof that a schedule's turn was taken, once."""

from django.db import models

from accounts.models import ScopedModel


class ScheduleRun(ScopedModel):
    """One turn of one schedule in one organization; two schedulers cannot both take it."""

    schedule = models.CharField(max_length=60)
    due_at = models.DateTimeField()

    class Meta:
        ordering = ["-due_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "schedule", "due_at"], name="a_turn_is_taken_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.schedule} at {self.due_at:%Y-%m-%d %H:%M}"
