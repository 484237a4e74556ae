"""SpanContent: what a step heard, said, was given and gave back."""

from datetime import date, timedelta
from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from accounts.models import ScopedManager, ScopedQuerySet, SealedField
from armproject.lib.crypto import Purpose
from telemetry.models.content_rule import ContentMode
from telemetry.models.partitioned import PartitionedModel

# Steps may begin before and end after what their run tells of.
AROUND = timedelta(days=1)


class SpanContentQuerySet(ScopedQuerySet["SpanContent"]):
    def of_run(self, run_id: Any, first: date, last: date) -> "SpanContentQuerySet":
        """Return what is kept of a run; the days let the database skip others."""
        return self.filter(run_id=run_id, day__range=(first - AROUND, last + AROUND))


class SpanContent(PartitionedModel):
    """What is kept of one step's content, under the mode that was in force when it arrived.

    `heard` and `said` are the messages that went in and came out, in order, by their ids; in
    `sealed` stands what else there is: a tool's arguments and result, stack traces. `redacted`
    counts what was taken out, by kind; `is_cut` says that something was longer than is kept.
    The table is partitioned by `day`, that of the step's start, and its true key is (id, day).
    """

    day = models.DateField()
    at = models.DateTimeField()
    run_id = models.UUIDField()
    span_id = models.BigIntegerField()
    mode = models.CharField(max_length=13, choices=ContentMode.choices)
    heard = ArrayField(models.UUIDField(), default=list)
    said = ArrayField(models.UUIDField(), default=list)
    sealed: Any = SealedField(purpose=Purpose.CONTENT, null=True)
    redacted = models.JSONField(default=dict)
    is_cut = models.BooleanField(default=False)

    objects: ClassVar = ScopedManager.from_queryset(SpanContentQuerySet)()

    class Meta:
        ordering = ["at", "id"]
        indexes = [models.Index(fields=["organization", "run_id"], name="contents_of_a_run")]

    def __str__(self) -> str:
        return f"Content of a step at {self.at:%Y-%m-%d %H:%M}"
