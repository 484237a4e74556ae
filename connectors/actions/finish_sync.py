"""End the reading of a vendor."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict

from django.db import transaction
from django.utils import timezone

from accounts.permissions import require
from armproject.lib.errors import Conflict
from connectors.actions.begin_sync import PERMISSIONS
from connectors.base import Unread
from connectors.models import Connection, SyncKind, SyncRun, SyncState


@transaction.atomic
def finish_sync(
    run: SyncRun,
    found: Mapping[str, int],
    unread: Iterable[Unread] = (),
    error: str = "",
) -> SyncRun:
    """Note what a reading found, what it could not read and why, and whether it failed."""
    require(PERMISSIONS[SyncKind(run.kind)])
    row = SyncRun.objects.select_for_update().get(pk=run.pk)
    if row.state != SyncState.RUNNING:
        raise Conflict("This reading was closed when a newer one began.", state=row.state)
    row.found, row.unread = dict(found), [asdict(each) for each in unread]
    row.error = error
    row.state = _state(row)
    row.finished_at = timezone.now()
    row.save()
    Connection.objects.filter(pk=row.connection_id).update(synced_at=row.finished_at)
    return row


def _state(row: SyncRun) -> SyncState:
    if row.error:
        return SyncState.FAILED
    return SyncState.PARTIAL if row.unread else SyncState.COMPLETE
