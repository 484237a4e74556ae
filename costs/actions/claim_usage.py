"""Give usage to agents that became known later."""

from datetime import UTC, date, timedelta

from django.db import transaction

from accounts.permissions import require
from connectors.base import Period
from costs.actions.attribute_days import attribute_days
from costs.models import BilledCost, UsageRecord
from costs.owners import Owners

BACK = timedelta(days=40)


@transaction.atomic
def claim_usage(vendor: str, span: Period) -> int:
    """Give earlier usage and bills of a vendor to agents that were discovered since."""
    require("costs.sync")
    owners, days, claimed = Owners.of(vendor), set[date](), 0
    for model in (UsageRecord, BilledCost):
        rows = model.objects.filter(
            vendor=vendor, agent=None, starts_at__gte=span.start - BACK, starts_at__lt=span.end
        )
        names = ("vendor_agent_id", "api_key", "surface")
        for agent, api_key, surface in rows.order_by().values_list(*names).distinct():
            owner = owners.owner(agent, api_key, surface)
            if owner is None:
                continue
            mine = rows.filter(vendor_agent_id=agent, api_key=api_key, surface=surface)
            starts = mine.order_by().values_list("starts_at", flat=True).distinct()
            days.update(start.astimezone(UTC).date() for start in starts)
            claimed += mine.update(agent=owner)
    attribute_days(vendor, days)
    return claimed
