"""ModelHour: what every model used and cost, hour by hour."""

from typing import ClassVar

from django.db import models

from accounts.models import ScopedManager, ScopedModel, ScopedQuerySet, TenantForeignKey
from connectors.models import Connection
from costs.models.limits import amounts_hold, counts_hold, money
from costs.models.source import CostSource

COUNTS = ("input_tokens", "output_tokens", "cached_tokens", "cache_write_tokens", "requests")


class ModelHourQuerySet(ScopedQuerySet["ModelHour"]):
    """Questions about sums by the hour."""


class ModelHour(ScopedModel):
    """The sum of one model's traffic in one hour, by connection, currency and source.

    What only agents told of has no connection.

    Kept exact in the transaction that changes what it adds up. Money billed without any usage
    stands here too, with the model it names or none.
    """

    connection = TenantForeignKey(
        Connection, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    vendor = models.CharField(max_length=20)
    hour = models.DateTimeField()
    model = models.CharField(max_length=200, blank=True)
    currency = models.CharField(max_length=3)
    cost_source = models.CharField(max_length=10, choices=CostSource.choices)
    input_tokens = models.BigIntegerField(default=0)
    output_tokens = models.BigIntegerField(default=0)
    cached_tokens = models.BigIntegerField(default=0)
    cache_write_tokens = models.BigIntegerField(default=0)
    requests = models.BigIntegerField(default=0)
    errors = models.BigIntegerField(default=0)
    cost = money(default=0)

    objects: ClassVar = ScopedManager.from_queryset(ModelHourQuerySet)()

    class Meta:
        ordering = ["-hour"]
        constraints = [
            models.UniqueConstraint(
                fields=[
                    *("organization", "hour", "connection", "model", "currency", "cost_source"),
                    "vendor",
                ],
                nulls_distinct=False,
                name="an_hour_of_a_model_is_summed_once",
            ),
            models.CheckConstraint(
                condition=amounts_hold("cost") & counts_hold(*COUNTS, "errors"),
                name="sums_of_hours_are_sums",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.model or self.vendor} at {self.hour:%Y-%m-%d %H:%M}"
