"""Run: one piece of work an agent did, from its beginning to its end."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import ClassVar
from uuid import UUID

from django.db import models

from accounts.models import ScopedManager, ScopedModel, ScopedQuerySet, TenantForeignKey
from telemetry.models.source import Source


class RunStatus(models.TextChoices):
    RUNNING = "running", "Running"
    SUCCEEDED = "succeeded", "Succeeded"
    FAILED = "failed", "Failed"
    INCOMPLETE = "incomplete", "Incomplete"


# What dear runs are looked for by. How many of these a run reaches changes seldom while it grows:
# unlike an index over the cost itself, those over that number cost its growing next to nothing.
MAGNITUDES = (Decimal("0.01"), Decimal("0.1"), Decimal(1), Decimal(10))


class RunQuerySet(ScopedQuerySet["Run"]):
    def between(self, start: datetime, end: datetime) -> "RunQuerySet":
        return self.filter(started_at__gte=start, started_at__lt=end)

    def of_sources(self, sources: Sequence[UUID]) -> "RunQuerySet":
        """Return the runs of some sources; those of one alone are one walk along an index."""
        if len(sources) == 1:
            return self.filter(source=sources[0])
        return self.filter(source__in=sources) if sources else self.none()

    def costing(self, amount: Decimal) -> "RunQuerySet":
        """Return the runs that cost this much or more, in US dollars."""
        reached = sum(step <= amount for step in MAGNITUDES)
        dear = self.filter(magnitude__gte=reached) if reached else self
        return (
            dear if reached and amount == MAGNITUDES[reached - 1] else dear.filter(cost__gte=amount)
        )

    def found(self, term: str) -> "RunQuerySet":
        """Return the runs of a trace, a user, a conversation or who reports: looks into indexes."""
        try:
            return self.filter(trace_id=UUID(term))
        except ValueError:
            for exact in (self.filter(end_user=term), self.filter(conversation=term)):
                if exact.exists():
                    return exact
            return self.of_sources(Source.objects.ids_named(term))

    def silent_since(self, moment: datetime) -> "RunQuerySet":
        """Return the runs whose end was never told and of which nothing was heard since."""
        return self.filter(status=RunStatus.RUNNING, last_heard_at__lt=moment)


class Run(ScopedModel):
    """One trace of an organization: what an agent did in answer to one request.

    `id` follows from the organization and `trace_id`. What the run is called, who did it and how
    it ended is told by its head: the span without a parent, else an agent's or workflow's span,
    whichever of those heard of so far ranks highest (`head_rank`) and began first; how it ended is
    said by the run itself where it does (`is_ended`). The sums are of all its spans and grow as
    they arrive, in any order. `errors` counts failed spans; `cost` is in US dollars, `magnitude`
    how many of `MAGNITUDES` it reaches, and `unpriced` counts model calls without a known price.
    """

    trace_id = models.UUIDField()
    source = TenantForeignKey(Source, models.DO_NOTHING, related_name="runs", db_index=False)
    name = models.TextField()
    status = models.CharField(max_length=10, choices=RunStatus.choices)
    is_ended = models.BooleanField(default=False, editable=False)
    head_rank = models.PositiveSmallIntegerField(default=0, editable=False)
    head_started_at = models.DateTimeField(editable=False)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField()
    last_heard_at = models.DateTimeField()
    conversation = models.TextField(blank=True)
    end_user = models.TextField(blank=True)
    app = models.TextField(blank=True)
    environment = models.TextField(blank=True)
    model = models.TextField(blank=True)
    spans = models.BigIntegerField(default=0)
    llm_calls = models.BigIntegerField(default=0)
    tool_calls = models.BigIntegerField(default=0)
    errors = models.BigIntegerField(default=0)
    input_tokens = models.BigIntegerField(default=0)
    output_tokens = models.BigIntegerField(default=0)
    cached_tokens = models.BigIntegerField(default=0)
    cache_write_tokens = models.BigIntegerField(default=0)
    cost = models.DecimalField(max_digits=20, decimal_places=10, default=0)
    magnitude = models.GeneratedField(
        expression=models.Case(
            *(
                models.When(cost__gte=step, then=models.Value(number + 1))
                for number, step in reversed(list(enumerate(MAGNITUDES)))
            ),
            default=models.Value(0),
        ),
        output_field=models.SmallIntegerField(),
        db_persist=True,
    )
    unpriced = models.BigIntegerField(default=0)
    error_type = models.TextField(blank=True)
    error_message = models.TextField(blank=True)

    objects: ClassVar = ScopedManager.from_queryset(RunQuerySet)()

    class Meta:
        ordering = ["-started_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["organization", "trace_id"], name="a_trace_is_one_run"),
        ]
        indexes = [
            models.Index(fields=["organization", "-started_at", "-id"], name="runs_newest"),
            models.Index(
                fields=["organization", "source", "-started_at", "-id"], name="runs_by_source"
            ),
            models.Index(
                fields=["organization", "status", "-started_at", "-id"], name="runs_by_status"
            ),
            *(
                models.Index(
                    fields=["organization", column, "-started_at", "-id"],
                    name=f"runs_by_{column}",
                    condition=~models.Q(**{column: ""}),
                )
                for column in (
                    *("conversation", "end_user", "app", "model"),
                    *("environment", "error_type"),
                )
            ),
            *(
                models.Index(
                    fields=["organization", "-started_at", "-id"],
                    name=f"runs_of_magnitude_{number}",
                    condition=models.Q(magnitude__gte=number),
                )
                for number in range(1, len(MAGNITUDES) + 1)
            ),
            models.Index(
                fields=["organization", "-started_at", "-id"],
                name="runs_with_errors",
                condition=models.Q(errors__gt=0),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def duration(self) -> timedelta:
        """From the start of its first span to the end of its last."""
        return self.ended_at - self.started_at

    @property
    def tokens(self) -> int:
        return self.input_tokens + self.output_tokens
