"""UsageRecord: what one agent, key or project used of one model in one hour or day."""

from typing import ClassVar

from django.db import models

from accounts.models import ScopedManager, ScopedModel, ScopedQuerySet, TenantForeignKey
from agents.models import Agent
from connectors.models import Connection
from costs.models.limits import counts_hold, money, optional_amounts_hold
from costs.models.source import CostSource


class PeriodType(models.TextChoices):
    HOUR = "hour", "Hour"
    DAY = "day", "Day"


class UsageRole(models.TextChoices):
    TRAFFIC = "traffic", "Traffic"
    AGENT_SHARE = "agent_share", "Agent's share"


class UsageRecordQuerySet(ScopedQuerySet["UsageRecord"]):
    def traffic(self) -> "UsageRecordQuerySet":
        """Return each piece of traffic once: without what only says whose part of it was whose."""
        return self.filter(role=UsageRole.TRAFFIC)


class UsageRecord(ScopedModel):
    """Tokens of one bucket as a vendor reports them, or agents, and what they cost.

    The table is partitioned by month, and its true key is (id, starts_at). `model`,
    `vendor_agent_id`, `api_key`, `project` and `surface` are the vendor's words. What agents told
    of their calls has no connection and the surface `telemetry`; `vendor_agent_id` is then the
    source and `project` its service, and `estimated_cost` the sum of what each call costs. `role`
    tells traffic from records of single agents whose traffic other records already hold. The cost
    columns are made by attribution; `estimated_cost` is the price list's answer, whatever was
    billed. `requests` and `errors` are empty where the vendor does not count them, costs where
    nothing is known.
    """

    connection = TenantForeignKey(
        Connection, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    agent = TenantForeignKey(
        Agent, models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    vendor = models.CharField(max_length=20)
    role = models.CharField(max_length=12, choices=UsageRole.choices, default=UsageRole.TRAFFIC)
    model = models.CharField(max_length=200, blank=True)
    vendor_agent_id = models.CharField(max_length=200, blank=True)
    api_key = models.CharField(max_length=200, blank=True)
    project = models.CharField(max_length=200, blank=True)
    surface = models.CharField(max_length=200, blank=True)
    period_type = models.CharField(max_length=4, choices=PeriodType.choices)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    input_tokens = models.BigIntegerField()
    output_tokens = models.BigIntegerField()
    cached_tokens = models.BigIntegerField(default=0)
    cache_write_tokens = models.BigIntegerField(default=0)
    total_tokens = models.GeneratedField(
        expression=models.F("input_tokens") + models.F("output_tokens"),
        output_field=models.BigIntegerField(),
        db_persist=True,
    )
    requests = models.BigIntegerField(null=True, blank=True)
    errors = models.BigIntegerField(null=True, blank=True)
    input_cost = money(null=True, blank=True)
    output_cost = money(null=True, blank=True)
    total_cost = money(null=True, blank=True)
    currency = models.CharField(max_length=3, default="USD")
    cost_source = models.CharField(
        max_length=10, choices=CostSource.choices, default=CostSource.UNPRICED
    )
    estimated_input_cost = money(null=True, blank=True)
    estimated_cost = money(null=True, blank=True)
    price_version = models.CharField(max_length=40, blank=True)

    objects: ClassVar = ScopedManager.from_queryset(UsageRecordQuerySet)()

    class Meta:
        ordering = ["-starts_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=[
                    *("organization", "connection", "starts_at", "period_type", "model"),
                    *("vendor_agent_id", "api_key", "project", "surface", "vendor"),
                ],
                nulls_distinct=False,
                name="usage_is_kept_once",
            ),
            models.CheckConstraint(
                condition=counts_hold(
                    *("input_tokens", "output_tokens", "cached_tokens", "cache_write_tokens")
                )
                & models.Q(
                    input_tokens__gte=models.F("cached_tokens") + models.F("cache_write_tokens")
                ),
                name="usage_counts_tokens",
            ),
            models.CheckConstraint(
                condition=optional_amounts_hold(
                    *("input_cost", "output_cost", "total_cost"),
                    *("estimated_input_cost", "estimated_cost"),
                ),
                name="usage_costs_are_amounts",
            ),
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at")), name="usage_takes_time"
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "-starts_at", "-id"], name="usage_newest"),
            models.Index(fields=["organization", "agent", "-starts_at"], name="usage_by_agent"),
        ]

    def __str__(self) -> str:
        return f"{self.model or self.vendor} at {self.starts_at:%Y-%m-%d %H:%M}"
