"""Read what was billed."""

from django.utils import timezone

from accounts.fence import fenced
from accounts.permissions import require
from connectors.actions.begin_sync import begin_sync
from connectors.actions.finish_sync import finish_sync
from connectors.base import ConnectorError, Period
from connectors.models import Connection, SyncKind, SyncRun
from connectors.opening import open_connector
from costs import reading
from costs.actions.fail_sync import fail_sync
from costs.actions.keep_costs import keep_costs
from costs.actions.settle_sync import settle_sync
from costs.screening import screen_costs


def sync_costs(connection: Connection, period: Period | None = None) -> SyncRun:
    """Read a connection's bill, and replace what is kept of the same days by it.

    The vendor is asked outside any transaction; what it says is kept whole or not at all.
    """
    require("costs.sync")
    with fenced():
        run = begin_sync(connection, SyncKind.COSTS)
        span = period or reading.window(connection, SyncKind.COSTS, timezone.now())
        connector = open_connector(connection)
    try:
        with connector:
            rows = list(reading.read_costs(connector, span))
    except ConnectorError as error:
        fail_sync(run, error)
        raise
    screened = screen_costs(rows, span)
    with fenced():
        kept = keep_costs(connection, span, screened.rows)
        finish_sync(run, kept.counts(), screened.unread)
        return settle_sync(run)
