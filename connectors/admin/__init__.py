"""The Studio's pages about connections and the readings of vendors."""

from connectors.admin.connection import ConnectionAdmin
from connectors.admin.sync_run import SyncRunAdmin

__all__ = ["ConnectionAdmin", "SyncRunAdmin"]
