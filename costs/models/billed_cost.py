"""BilledCost: what a vendor charged for a day, line by line."""

from typing import ClassVar

from django.db import models

from accounts.models import ScopedManager, ScopedModel, ScopedQuerySet, TenantForeignKey
from agents.models import Agent
from connectors.models import Connection
from costs.models.limits import amounts_hold, money


class BilledCostQuerySet(ScopedQuerySet["BilledCost"]):
    """Questions about bills."""


class BilledCost(ScopedModel):
    """One line of a vendor's bill, kept apart from usage.

    The table is partitioned by month, and its true key is (id, starts_at). `unattributed` is the
    part that no usage record carries; the figures of the day add up to the usage records' costs
    and this. A negative line of the bill is a `credit`.
    """

    connection = TenantForeignKey(Connection, models.PROTECT, related_name="+", db_index=False)
    agent = TenantForeignKey(
        Agent, models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    vendor = models.CharField(max_length=20)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    item = models.CharField(max_length=300, blank=True)
    model = models.CharField(max_length=200, blank=True)
    vendor_agent_id = models.CharField(max_length=200, blank=True)
    api_key = models.CharField(max_length=200, blank=True)
    project = models.CharField(max_length=200, blank=True)
    surface = models.CharField(max_length=200, blank=True)
    amount = money()
    credit = money(default=0)
    currency = models.CharField(max_length=3)
    unattributed = money(default=0)

    objects: ClassVar = ScopedManager.from_queryset(BilledCostQuerySet)()

    class Meta:
        ordering = ["-starts_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=[
                    *("organization", "connection", "starts_at", "item", "model"),
                    *("vendor_agent_id", "api_key", "project", "surface", "currency", "ends_at"),
                ],
                name="a_charge_is_kept_once",
            ),
            models.CheckConstraint(
                condition=amounts_hold("amount", "credit", "unattributed"),
                name="charges_are_amounts",
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "-starts_at", "-id"], name="charges_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.item or self.vendor} on {self.starts_at:%Y-%m-%d}"
