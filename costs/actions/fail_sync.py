"""Note that a sync went wrong."""

from accounts.fence import fenced
from agents.verdicts import CONNECTION_FAULTS
from connectors.actions.finish_sync import finish_sync
from connectors.actions.note_trouble import note_trouble
from connectors.base import ConnectorError
from connectors.models import SyncRun


def fail_sync(run: SyncRun, error: ConnectorError) -> None:
    """Close a sync as failed; what a person has to mend is marked at the connection."""
    with fenced():
        finish_sync(run, {}, error=error.message)
        if error.fault in CONNECTION_FAULTS:
            note_trouble(run.connection, error.fault, error.message, reading=run.kind)
