"""What the database itself refuses in columns of money and counts."""

from decimal import Decimal
from typing import Any

from django.db import models

# NaN counts as the greatest number in PostgreSQL, so an upper bound is what keeps it out.
MOST_MONEY = Decimal(10) ** 10


def money(**options: Any) -> models.DecimalField[Any, Any]:
    """Return a column for an amount: twenty digits, ten of them after the point."""
    return models.DecimalField(max_digits=20, decimal_places=10, **options)


def amounts_hold(*names: str) -> models.Q:
    """Return the condition that these amounts are numbers, and none is negative."""
    condition = models.Q()
    for name in names:
        condition &= models.Q(**{f"{name}__gte": 0, f"{name}__lt": MOST_MONEY})
    return condition


def optional_amounts_hold(*names: str) -> models.Q:
    condition = models.Q()
    for name in names:
        condition &= models.Q(**{name: None}) | amounts_hold(name)
    return condition


def counts_hold(*names: str) -> models.Q:
    """Return the condition that none of these counts is negative."""
    return models.Q(**{f"{name}__gte": 0 for name in names})
