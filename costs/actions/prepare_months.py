"""Prepare the coming months."""

from django.utils import timezone

from accounts.permissions import require
from armproject.lib.partitions import ensure_partitions

AHEAD = 4
TABLES = ("costs_usagerecord", "costs_billedcost")


def prepare_months() -> int:
    """Make sure this month and the next ones have their partitions; return how many are new."""
    require("costs.sync")
    today = timezone.now().date()
    return sum(ensure_partitions(table, "month", today, AHEAD) for table in TABLES)
