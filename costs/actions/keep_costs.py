"""Keep what a vendor billed for a span of days."""

from collections.abc import Sequence
from datetime import UTC
from decimal import Decimal
from typing import Any

from django.db import transaction

from accounts.permissions import require
from armproject.lib.money import ZERO, quantise
from connectors.base import CostRow, Period
from connectors.models import Connection
from costs import ledger
from costs.actions.attribute_days import attribute_days
from costs.actions.drop_twins import drop_twins
from costs.actions.keep_usage import Kept, ensure_months
from costs.models import BilledCost
from costs.owners import Owners

NAMES = ("starts_at", "ends_at", "item", *ledger.NAMES, "currency")
COUNTED = ("amount", "credit", "agent_id")


@transaction.atomic
def keep_costs(connection: Connection, period: Period, rows: Sequence[CostRow]) -> Kept:
    """Replace what is kept of this connection's bill in the period by what was read now.

    Corrections lower as well as raise. Only what differs is written, and only days that differ
    get new figures; all of it is visible at once or not at all.
    """
    require("costs.sync")
    ledger.lock(connection.vendor)
    ensure_months("costs_billedcost", period)
    stored = _stored(connection, period)
    owners = Owners.of(connection.vendor)
    kept = Kept(rows=len(rows))
    new, changed = [], []
    for row in rows:
        bill = _bill(connection, row, owners)
        known = stored.pop(_values(bill, NAMES), None)
        if known is None:
            new.append(bill)
        elif known[1] != _values(bill, COUNTED):
            bill.pk = known[0]
            changed.append(bill)
    kept.days.update(bill.starts_at.astimezone(UTC).date() for bill in (*new, *changed))
    kept.days.update(names[0].astimezone(UTC).date() for names in stored)
    gone = [known[0] for known in stored.values()]
    BilledCost.objects.filter(pk__in=gone, starts_at__gte=period.start).delete()
    BilledCost.objects.bulk_update(changed, ["amount", "credit", "agent"], batch_size=ledger.BATCH)
    ledger.insert(BilledCost, new)
    kept.days |= drop_twins(connection, new, NAMES, period)
    kept.new, kept.changed, kept.removed = len(new), len(changed), len(stored)
    attribute_days(connection.vendor, kept.days)
    return kept


def _stored(connection: Connection, period: Period) -> dict[tuple[Any, ...], Any]:
    rows = BilledCost.objects.filter(
        connection=connection, starts_at__gte=period.start, starts_at__lt=period.end
    ).values_list("id", *NAMES, *COUNTED)
    cut = 1 + len(NAMES)
    return {row[1:cut]: (row[0], row[cut:]) for row in rows.iterator(chunk_size=5_000)}


def _bill(connection: Connection, row: CostRow, owners: Owners) -> BilledCost:
    amount: Decimal = quantise(row.amount)
    return BilledCost(
        connection=connection,
        vendor=connection.vendor,
        agent_id=owners.owner(row.agent, row.api_key, row.source),
        item=row.item,
        model=row.model,
        vendor_agent_id=row.agent,
        api_key=row.api_key,
        project=row.project,
        surface=row.source,
        starts_at=row.start,
        ends_at=row.end,
        amount=max(amount, ZERO),
        credit=max(-amount, ZERO),
        currency=row.currency,
    )


def _values(bill: BilledCost, names: Sequence[str]) -> tuple[Any, ...]:
    return tuple(getattr(bill, name) for name in names)
