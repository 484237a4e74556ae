"""How a figure is known."""

from django.db import models


class CostSource(models.TextChoices):
    """How a figure is known.

    `billed`: the vendor says so; `allocated`: its bill, divided; `estimated`: what it reports, by
    the price list; `observed`: each call that agents told of, by the price list, where no vendor
    reports.
    """

    BILLED = "billed", "Billed"
    ALLOCATED = "allocated", "Billed, allocated"
    ESTIMATED = "estimated", "Estimated"
    OBSERVED = "observed", "Seen by ARM"
    UNPRICED = "unpriced", "No price"
