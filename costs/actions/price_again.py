"""Price what had no price."""

from datetime import UTC, date, timedelta

from django.db import transaction
from django.utils import timezone

from accounts.permissions import require
from costs import ledger
from costs.actions.attribute_days import attribute_days
from costs.actions.keep_usage import PRICED, set_price
from costs.attribution import TELEMETRY
from costs.models import UsageRecord
from costs.pricing import price_version

BACK = timedelta(days=95)


@transaction.atomic
def price_again(vendor: str) -> int:
    """Price usage whose model the price list did not know, now that the list is a newer one."""
    require("costs.sync")
    ledger.lock(vendor)
    since = timezone.now() - BACK
    rows = UsageRecord.objects.filter(vendor=vendor, estimated_cost=None, starts_at__gte=since)
    rows = rows.exclude(surface=TELEMETRY)  # those were priced call by call
    priced, days = [], set[date]()
    for record in rows.exclude(price_version=price_version()).iterator(chunk_size=ledger.BATCH):
        set_price(record)
        priced.append(record)
        if record.estimated_cost is not None:
            days.add(record.starts_at.astimezone(UTC).date())
    UsageRecord.objects.bulk_update(priced, PRICED, batch_size=ledger.BATCH)
    attribute_days(vendor, days)
    return len(priced)
