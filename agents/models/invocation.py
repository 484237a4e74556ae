"""Invocation: one time somebody had an agent begin work, and what became of that."""

from datetime import timedelta
from typing import ClassVar, Final
from uuid import UUID

from django.db import models
from django.utils import timezone

from accounts.models import ScopedManager, ScopedModel, ScopedQuerySet, TenantForeignKey
from agents.models.agent import Agent

PATIENCE: Final = timedelta(minutes=2)  # longer than any call of a vendor may take


class InvocationState(models.TextChoices):
    ASKED = "asked", "Asked for"
    BEGUN = "begun", "Begun"
    REFUSED = "refused", "Refused"
    UNKNOWN = "unknown", "Not known"


class InvocationQuerySet(ScopedQuerySet["Invocation"]):
    def replays_of(self, run: UUID) -> "InvocationQuerySet":
        """Return those that had the work of a run done again, the newest first."""
        return self.filter(replays=run).order_by("-id")


class Invocation(ScopedModel):
    """One request to an agent's vendor to begin work.

    `key` is the caller's; a second request under it is the same one, and `said_mark` tells whether
    it also says the same. What was said is not kept here. `session` is the vendor's id of the work;
    `replays` is the run that was to be done again. A request of which nobody knows whether the
    vendor took it is `unknown`: asked again under its key it is looked for before it is repeated.
    """

    agent = TenantForeignKey(Agent, models.CASCADE, related_name="invocations", db_index=False)
    key = models.CharField(max_length=200)
    said_mark = models.CharField(max_length=64, editable=False)
    state = models.CharField(
        max_length=8, choices=InvocationState.choices, default=InvocationState.ASKED
    )
    asked_at = models.DateTimeField(default=timezone.now)
    session = models.CharField(max_length=200, blank=True)
    replays = models.UUIDField(null=True, blank=True)
    error = models.TextField(blank=True)

    objects: ClassVar = ScopedManager.from_queryset(InvocationQuerySet)()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "key"], name="an_invocation_is_asked_for_once"
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "-id"], name="invocations_newest"),
            models.Index(fields=["organization", "agent", "-id"], name="invocations_by_agent"),
            models.Index(
                fields=["organization", "replays", "-id"],
                name="invocations_by_run",
                condition=~models.Q(replays=None),
            ),
            models.Index(
                fields=["organization", "session"],
                name="invocations_by_session",
                condition=~models.Q(session=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agent} {self.get_state_display().lower()}"

    @property
    def is_under_way(self) -> bool:
        """Whether a request of it may still wait for the vendor's answer."""
        return self.state == InvocationState.ASKED and timezone.now() - self.asked_at < PATIENCE
