"""How a figure is known."""

from django.db import models


class CostSource(models.TextChoices):
    """`billed` the vendor says so; `allocated` its bill, divided; `estimated` by the price list."""

    BILLED = "billed", "Billed"
    ALLOCATED = "allocated", "Billed, allocated"
    ESTIMATED = "estimated", "Estimated"
    UNPRICED = "unpriced", "No price"
