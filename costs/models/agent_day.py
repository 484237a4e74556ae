"""AgentDay: what every agent used and cost, day by day."""

from typing import ClassVar

from django.db import models

from accounts.models import ScopedManager, ScopedModel, ScopedQuerySet, TenantForeignKey
from agents.models import Agent
from costs.models.limits import amounts_hold, counts_hold, money
from costs.models.model_hour import COUNTS
from costs.models.source import CostSource


class AgentDayQuerySet(ScopedQuerySet["AgentDay"]):
    """Questions about sums by the day."""


class AgentDay(ScopedModel):
    """The sum of one agent's traffic on one day of the organization's zone.

    `agent` is empty for what belongs to no known agent. `utc_day` is the vendor's day the sum was
    made from, so that a local day has at most two rows of each kind.
    """

    agent = TenantForeignKey(
        Agent, models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    vendor = models.CharField(max_length=20)
    day = models.DateField()
    utc_day = models.DateField()
    currency = models.CharField(max_length=3)
    cost_source = models.CharField(max_length=10, choices=CostSource.choices)
    input_tokens = models.BigIntegerField(default=0)
    output_tokens = models.BigIntegerField(default=0)
    cached_tokens = models.BigIntegerField(default=0)
    cache_write_tokens = models.BigIntegerField(default=0)
    requests = models.BigIntegerField(default=0)
    errors = models.BigIntegerField(default=0)
    cost = money(default=0)

    objects: ClassVar = ScopedManager.from_queryset(AgentDayQuerySet)()

    class Meta:
        ordering = ["-day"]
        constraints = [
            models.CheckConstraint(
                condition=amounts_hold("cost") & counts_hold(*COUNTS, "errors"),
                name="sums_of_days_are_sums",
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "day", "agent"], name="agent_days"),
            models.Index(fields=["organization", "agent", "day"], name="days_of_an_agent"),
            models.Index(fields=["organization", "utc_day", "vendor"], name="agent_days_by_bill"),
        ]

    def __str__(self) -> str:
        return f"{self.agent or 'no agent'} on {self.day}"
