"""Take usage out."""

from collections.abc import Iterator, Mapping

from django.db import transaction
from django.db.models import QuerySet

from accounts.permissions import require
from armproject.lib.audit import record
from costs.export import usage_csv
from costs.models import UsageRecord


@transaction.atomic
def export_usage(rows: "QuerySet[UsageRecord]", asked: Mapping[str, str]) -> Iterator[str]:
    """Write usage as CSV, and note who took which part of it out."""
    require("costs.read")
    record("costs.export", details={"filters": dict(asked)})
    return usage_csv(rows)
