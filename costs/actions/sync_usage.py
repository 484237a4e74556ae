"""Read what was used."""

from django.utils import timezone

from accounts.fence import fenced
from accounts.permissions import require
from connectors.actions.begin_sync import begin_sync
from connectors.actions.finish_sync import finish_sync
from connectors.base import Connector, ConnectorError, Period, Unread, UsageRow
from connectors.models import Connection, SyncKind, SyncRun
from connectors.opening import open_connector
from costs import reading
from costs.actions.claim_usage import claim_usage
from costs.actions.fail_sync import fail_sync
from costs.actions.keep_usage import keep_usage
from costs.actions.settle_sync import settle_sync
from costs.attribution import SESSIONS
from costs.screening import screen_usage


def sync_usage(connection: Connection, period: Period | None = None) -> SyncRun:
    """Read a connection's usage, and replace what is kept of the same span by it.

    The vendor is asked outside any transaction; what it says is kept whole or not at all.
    """
    require("costs.sync")
    with fenced():
        run = begin_sync(connection, SyncKind.USAGE)
        span = period or reading.window(connection, SyncKind.USAGE, timezone.now())
        connector, sessions = open_connector(connection), reading.open_sessions(connection)
    try:
        with connector:
            rows = list(reading.read_usage(connector, span))
    except ConnectorError as error:
        fail_sync(run, error)
        raise
    more, unread = _read_sessions(sessions, span)
    screened = screen_usage([*rows, *more], span)
    with fenced():
        kept = keep_usage(connection, span, screened.rows, spare=SESSIONS if unread else "")
        claim_usage(connection.vendor, span)
        finish_sync(run, kept.counts(), [*unread, *screened.unread])
        return settle_sync(run)


def _read_sessions(
    connector: Connector | None, span: Period
) -> tuple[list[UsageRow], list[Unread]]:
    """Read what single agents used; without it the costs still stand, but not by agent."""
    if connector is None:
        return [], []
    try:
        with connector:
            return list(reading.read_usage(connector, span)), []
    except ConnectorError as error:
        return [], [Unread("what single agents used", error.message, error.fault)]
