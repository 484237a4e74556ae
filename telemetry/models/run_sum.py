"""RunSum: how the runs of one minute, hour or day went, kept exact by the database."""

from datetime import timedelta
from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from accounts.models import ScopedManager, ScopedModel, ScopedQuerySet


class Grain(models.TextChoices):
    MINUTE = "minute", "Minute"
    HOUR = "hour", "Hour"
    DAY = "day", "Day"


class SumOf(models.TextChoices):
    """By what runs are summed: all of them, and by each of these alone, never by their product."""

    ALL = "all", "All runs"
    SOURCE = "source", "Source"
    APP = "app", "App"
    ENVIRONMENT = "environment", "Environment"
    MODEL = "model", "Model"


class RunSumQuerySet(ScopedQuerySet["RunSum"]):
    def of_all(self, grain: Grain) -> "RunSumQuerySet":
        return self.filter(grain=grain, of=SumOf.ALL)

    def recent_keys(self, of: SumOf, back: timedelta) -> Any:
        """Return the keys of one kind that anything ran under of late, in order."""
        days = self.filter(grain=Grain.DAY, of=of, at__gte=timezone.now() - back)
        return days.order_by("key").values_list("key", flat=True).distinct()


class RunSum(ScopedModel):
    """The runs that began in one minute, hour or UTC day, of one source, app or the like.

    Triggers on the runs keep it, in the transaction of each change. What a run grows by, or how it
    ends, counts where it began. `lengths` counts the runs that ended by how long they took, in the
    buckets of `telemetry.lengths`. New runs and changed ones are summed in rows of their own
    (`part`), so that whoever writes locks rows in one order; a changed one's sums may be negative.

    The same runs stand in their minute, their hour and their day: minutes are kept for days, hours
    for months, days for years.
    """

    grain = models.CharField(max_length=6, choices=Grain.choices)
    of = models.CharField(max_length=11, choices=SumOf.choices)
    key = models.TextField(blank=True)
    at = models.DateTimeField()
    part = models.PositiveSmallIntegerField(default=0, editable=False)
    runs = models.BigIntegerField(default=0)
    succeeded = models.BigIntegerField(default=0)
    failed = models.BigIntegerField(default=0)
    incomplete = models.BigIntegerField(default=0)
    llm_calls = models.BigIntegerField(default=0)
    tool_calls = models.BigIntegerField(default=0)
    errors = models.BigIntegerField(default=0)
    input_tokens = models.BigIntegerField(default=0)
    output_tokens = models.BigIntegerField(default=0)
    cost = models.DecimalField(max_digits=20, decimal_places=10, default=0)
    unpriced = models.BigIntegerField(default=0)
    lengths = ArrayField(models.IntegerField(), default=list)

    objects: ClassVar = ScopedManager.from_queryset(RunSumQuerySet)()

    class Meta:
        ordering = ["-at"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "grain", "of", "key", "at", "part"],
                name="runs_are_summed_once",
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "grain", "of", "at"], name="run_sums_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.key or 'all runs'} at {self.at:%Y-%m-%d %H:%M}"
