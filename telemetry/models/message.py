"""Message: one thing that was said in a run."""

from typing import Any, ClassVar

from django.db import models

from accounts.models import ScopedManager, ScopedQuerySet, SealedField
from armproject.lib.crypto import Purpose
from telemetry.models.partitioned import PartitionedModel


class MessageQuerySet(ScopedQuerySet["Message"]):
    """Questions about what was said."""


class Message(PartitionedModel):
    """One message of a run, kept once however often the run's model calls repeat it.

    `id` is a keyed mark of the run, the role and what was said, so who knows the database but no
    key cannot try guesses. `sealed` is what `telemetry.content.packing` makes of it. The table is
    partitioned by `day`, and its true key is (id, day).
    """

    day = models.DateField()
    run_id = models.UUIDField()
    role = models.TextField()
    sealed: Any = SealedField(purpose=Purpose.CONTENT)
    is_cut = models.BooleanField(default=False)

    objects: ClassVar = ScopedManager.from_queryset(MessageQuerySet)()

    class Meta:
        ordering = ["day", "id"]
        indexes = [models.Index(fields=["organization", "run_id"], name="messages_of_a_run")]

    def __str__(self) -> str:
        return f"{self.role} message"
