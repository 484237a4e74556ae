"""Objective: how well an agent is to work."""

from typing import ClassVar

from django.db import models

from accounts.models import ScopedManager, ScopedModel, ScopedQuerySet, TenantForeignKey
from agents.models import Agent


class ObjectiveDays(models.IntegerChoices):
    WEEK = 7, "7 days"
    MONTH = 28, "28 days"


class ObjectiveQuerySet(ScopedQuerySet["Objective"]):
    """Questions about objectives."""


class Objective(ScopedModel):
    """What share of an agent's runs is to succeed, and within how long 95 % of them are to end.

    Either may be left open. Both are judged over the last `days` UTC days, today included.
    """

    agent = TenantForeignKey(Agent, models.CASCADE, related_name="objectives", db_index=False)
    days = models.PositiveSmallIntegerField(
        choices=ObjectiveDays.choices, default=ObjectiveDays.MONTH
    )
    success_percent = models.DecimalField(max_digits=6, decimal_places=3, null=True, blank=True)
    p95_seconds = models.DecimalField(max_digits=9, decimal_places=3, null=True, blank=True)

    objects: ClassVar = ScopedManager.from_queryset(ObjectiveQuerySet)()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "agent"], name="an_agent_has_one_objective"
            ),
            models.CheckConstraint(
                condition=models.Q(success_percent__gt=0, success_percent__lt=100)
                | models.Q(success_percent=None),
                name="an_objective_leaves_a_budget",
            ),
            models.CheckConstraint(
                condition=models.Q(p95_seconds__gt=0) | models.Q(p95_seconds=None),
                name="an_objective_takes_time",
            ),
            models.CheckConstraint(
                condition=~models.Q(success_percent=None, p95_seconds=None),
                name="an_objective_says_something",
            ),
        ]

    def __str__(self) -> str:
        return f"Objective of {self.agent}"
