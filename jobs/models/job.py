"""Job: one piece of work that must happen, and how far it is."""

from datetime import timedelta
from typing import Any, ClassVar, Final

from django.db import models
from django.db.models.functions import Now

from accounts.models import ScopedManager, ScopedModel, ScopedQuerySet
from jobs.registry import kinds_of

NEWEST: Final = 10_000


class JobState(models.TextChoices):
    PENDING = "pending", "Waiting"
    QUEUED = "queued", "Handed out"
    RUNNING = "running", "Running"
    DONE = "done", "Done"
    DEAD = "dead", "Given up"


ACTIVE = (JobState.PENDING, JobState.QUEUED, JobState.RUNNING)


class JobQuerySet(ScopedQuerySet["Job"]):
    def active(self) -> "JobQuerySet":
        return self.filter(state__in=ACTIVE)

    def dead(self) -> "JobQuerySet":
        return self.filter(state=JobState.DEAD)

    def found(self, text: str) -> "JobQuerySet":
        """Return the jobs whose kind has parts that begin with these words.

        Where there is no such kind, `text` may be a lane of the newest NEWEST jobs.
        """
        if kinds := kinds_of(text):
            return self.filter(kind__in=kinds)
        newest = self.model.objects.order_by("-pk").values_list("pk", flat=True)
        floor = newest[NEWEST : NEWEST + 1].first()
        recent = self.filter(pk__gt=floor) if floor else self
        return recent.filter(lane=text.strip())


class Job(ScopedModel):
    """One piece of work.

    A worker holds it by a lease; `fence` grows each time it is taken, and only the holder of the
    newest fence may finish it. While a job with the same `dedupe_key` is active, a second one is
    not made. `lane` names what the work waits for, so that one slow vendor cannot take all hands.
    """

    kind = models.CharField(max_length=60)
    args = models.JSONField(default=dict, blank=True)
    lane = models.CharField(max_length=60, default="local")
    dedupe_key = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=10, choices=JobState.choices, default=JobState.PENDING)
    run_after = models.DateTimeField(db_default=Now())
    lease_until = models.DateTimeField(null=True, blank=True)
    fence = models.BigIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    max_attempts = models.PositiveSmallIntegerField(default=5)
    progress = models.JSONField(default=dict, blank=True)
    last_error = models.TextField(blank=True)
    requested_by = models.JSONField(default=dict)
    trace = models.JSONField(default=dict, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar = ScopedManager.from_queryset(JobQuerySet)()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "kind", "dedupe_key"],
                condition=models.Q(state__in=ACTIVE) & ~models.Q(dedupe_key=""),
                name="the_same_work_is_not_queued_twice",
            ),
        ]
        indexes = [
            models.Index(
                fields=["run_after"], name="jobs_due", condition=models.Q(state=JobState.PENDING)
            ),
            models.Index(
                fields=["lease_until"],
                name="jobs_leased",
                condition=models.Q(state__in=[JobState.QUEUED, JobState.RUNNING]),
            ),
            models.Index(fields=["organization", "-id"], name="jobs_newest"),
            models.Index(fields=["organization", "state", "-id"], name="jobs_by_state"),
            models.Index(fields=["organization", "kind", "-id"], name="jobs_by_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.get_state_display().lower()}"

    @property
    def title(self) -> str:
        """What is done, in words: "Sync all" for costs.sync_all."""
        return self.kind.rpartition(".")[2].replace("_", " ").capitalize()

    @property
    def duration(self) -> timedelta | None:
        """How long the last attempt took, or has been running."""
        if self.started_at is None or self.finished_at is None:
            return None
        return self.finished_at - self.started_at

    def arg(self, name: str) -> Any:
        return self.args[name]
