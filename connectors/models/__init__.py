"""The rows of this app by name."""

from connectors.models.connection import Connection, ConnectionQuerySet, ConnectionStatus
from connectors.models.sync_run import SyncKind, SyncRun, SyncState

__all__ = [
    "Connection",
    "ConnectionQuerySet",
    "ConnectionStatus",
    "SyncKind",
    "SyncRun",
    "SyncState",
]
