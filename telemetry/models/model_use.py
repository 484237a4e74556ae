"""ModelUse: what every source used of every model, hour by hour."""

from typing import ClassVar

from django.db import models

from accounts.models import ScopedManager, ScopedModel, ScopedQuerySet


class ModelUseQuerySet(ScopedQuerySet["ModelUse"]):
    """Questions about what was used."""


class ModelUse(ScopedModel):
    """The sum of one source's calls of one model in one hour, kept exact as spans arrive.

    `cost` is the sum of what each call costs by the price list of its time, in US dollars;
    `unpriced` counts the calls without a known price.
    """

    source_id = models.UUIDField()
    vendor = models.TextField(blank=True)
    model = models.TextField(blank=True)
    hour = models.DateTimeField()
    calls = models.BigIntegerField(default=0)
    errors = models.BigIntegerField(default=0)
    input_tokens = models.BigIntegerField(default=0)
    output_tokens = models.BigIntegerField(default=0)
    cached_tokens = models.BigIntegerField(default=0)
    cache_write_tokens = models.BigIntegerField(default=0)
    cost = models.DecimalField(max_digits=20, decimal_places=10, default=0)
    unpriced = models.BigIntegerField(default=0)

    objects: ClassVar = ScopedManager.from_queryset(ModelUseQuerySet)()

    class Meta:
        ordering = ["-hour"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "hour", "source_id", "vendor", "model"],
                name="use_of_an_hour_is_summed_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.model} at {self.hour:%Y-%m-%d %H:%M}"
