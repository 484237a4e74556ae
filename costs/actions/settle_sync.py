"""Note that a sync went well."""

from connectors.actions.note_recovery import note_recovery
from connectors.models import SyncRun
from costs.reading import failed_before


def settle_sync(run: SyncRun) -> SyncRun:
    """Take back the connection's trouble where this kind of sync was what had met it."""
    if failed_before(run):
        note_recovery(run.connection, reading=run.kind)
    run.refresh_from_db()
    return run
