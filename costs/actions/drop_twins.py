"""Drop what two connections tell alike."""

from collections.abc import Sequence
from datetime import UTC, date

from accounts.permissions import require
from connectors.base import Period
from connectors.models import Connection
from costs.models import BilledCost, UsageRecord

TOLD = ("vendor_agent_id", "api_key", "project")


def drop_twins(
    connection: Connection,
    new: Sequence[UsageRecord] | Sequence[BilledCost],
    names: Sequence[str],
    period: Period,
) -> set[date]:
    """Drop rows of a vendor's other connections that tell what new rows tell; the newest stands.

    An account that was disconnected and connected again would else count twice. Only rows that
    name an agent, key or project can be known again. Returns the UTC days that have changed.
    """
    require("costs.sync")
    if not new:
        return set()
    model = type(new[0])
    others = model.objects.filter(
        vendor=connection.vendor, starts_at__gte=period.start, starts_at__lt=period.end
    ).exclude(connection=connection)
    others = others.exclude(connection=None)
    told = {
        tuple(getattr(row, name) for name in names)
        for row in new
        if any(getattr(row, name) for name in TOLD)
    }
    found = others.order_by().values_list("pk", "starts_at", *names).iterator(chunk_size=5_000)
    twins = [(row[0], row[1]) for row in found if row[2:] in told]
    for first in range(0, len(twins), 2_000):
        others.filter(pk__in=[pk for pk, _ in twins[first : first + 2_000]]).delete()
    return {start.astimezone(UTC).date() for _, start in twins}
