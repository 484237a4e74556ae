"""HealthCheck: how an agent was at one moment, and why that was said."""

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.utils import timezone

from accounts.models import ScopedManager, ScopedModel, ScopedQuerySet, TenantForeignKey
from agents.models.agent import Agent, Health


class HealthCheckQuerySet(ScopedQuerySet["HealthCheck"]):
    def of(self, agent: Agent) -> "HealthCheckQuerySet":
        return self.filter(agent=agent)

    def between(self, start: datetime, end: datetime) -> "HealthCheckQuerySet":
        return self.filter(at__gte=start, at__lt=end)


class HealthCheck(ScopedModel):
    """One check of one agent.

    The table is partitioned by day of `at`, and its true key is (id, at); old days are dropped
    whole. `parts` are the named parts of the score, `note` says what people should know of how the
    check went, `fault` and `error` what the vendor answered, in its own words.
    """

    created_at = None  # type: ignore[assignment]
    agent = TenantForeignKey(Agent, models.DO_NOTHING, related_name="+", db_index=False)
    at = models.DateTimeField(default=timezone.now)
    status = models.CharField(max_length=10, choices=Health.choices)
    score = models.PositiveSmallIntegerField(null=True, blank=True)
    parts = models.JSONField(default=list, blank=True)
    latency_ms = models.PositiveIntegerField(null=True, blank=True)
    p95_ms = models.PositiveIntegerField(null=True, blank=True)
    requests = models.PositiveIntegerField(null=True, blank=True)
    errors = models.PositiveIntegerField(null=True, blank=True)
    error_rate = models.DecimalField(max_digits=5, decimal_places=4, null=True, blank=True)
    note = models.TextField(blank=True)
    fault = models.CharField(max_length=30, blank=True)
    error = models.TextField(blank=True)

    objects: ClassVar = ScopedManager.from_queryset(HealthCheckQuerySet)()

    class Meta:
        ordering = ["-at"]
        indexes = [
            models.Index(fields=["organization", "agent", "-at"], name="health_by_agent"),
            models.Index(fields=["organization", "-at"], name="health_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.get_status_display()} at {self.at:%Y-%m-%d %H:%M}"
