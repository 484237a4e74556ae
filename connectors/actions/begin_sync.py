"""Begin to read a vendor."""

from django.db import transaction
from django.utils import timezone

from accounts.permissions import require
from armproject.lib import context
from connectors.models import Connection, SyncKind, SyncRun, SyncState

LOST = "The worker that was reading went away; this reading was begun anew."
PERMISSIONS = {
    SyncKind.DISCOVERY: "agents.discover",
    SyncKind.USAGE: "costs.sync",
    SyncKind.COSTS: "costs.sync",
}


@transaction.atomic
def begin_sync(connection: Connection, kind: SyncKind) -> SyncRun:
    """Note that a reading of this kind begins; one that never ended is closed as failed.

    The row itself is the record of the reading.
    """
    require(PERMISSIONS[kind])
    row = Connection.objects.select_for_update().get(pk=connection.pk)
    row.refuse_disconnected()
    now, principal = timezone.now(), context.principal()
    SyncRun.objects.of(row, kind).running().update(
        state=SyncState.FAILED, finished_at=now, error=LOST
    )
    return SyncRun.objects.create(
        connection=row,
        kind=kind,
        started_at=now,
        requested_by=principal.label[:200] if principal else "",
    )
