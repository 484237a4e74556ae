"""Which span of time a sync asks a vendor for, and through which of a connection's credentials.

Vendors correct what they reported, so every sync reads a while back again: two days of usage, a
week of bills. Nothing is missed after an outage, because the window begins where the last good
sync stood. The first sync reads further back.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from connectors.base import Connector, CostRow, CredentialKind, Period, Support, UsageRow, Verb
from connectors.models import Connection, SyncKind, SyncRun, SyncState
from connectors.registry import load
from connectors.spans import windows
from costs.periods import floor_day

LONGEST_CALL = timedelta(days=31)
GOOD = (SyncState.COMPLETE, SyncState.PARTIAL)


@dataclass(frozen=True, slots=True)
class Reach:
    """How far back the first sync reads, every other one, and the longest after an outage."""

    first: timedelta
    again: timedelta
    most: timedelta


REACH = {
    SyncKind.USAGE: Reach(timedelta(days=31), timedelta(hours=48), timedelta(days=31)),
    SyncKind.COSTS: Reach(timedelta(days=35), timedelta(days=7), timedelta(days=60)),
}


def window(connection: Connection, kind: SyncKind, now: datetime) -> Period:
    """Return the span to read now, from the beginning of a UTC day."""
    reach = REACH[kind]
    last = SyncRun.objects.of(connection, kind).filter(state__in=GOOD).order_by("-id").first()
    start = now - reach.first if last is None else min(last.started_at, now) - reach.again
    return Period(floor_day(max(start, now - reach.most)), now)


def failed_before(run: SyncRun) -> bool:
    """Tell whether the sync of this kind before this one went wrong."""
    before = SyncRun.objects.of(run.connection, run.kind).exclude(pk=run.pk).order_by("-id").first()
    return before is not None and before.state == SyncState.FAILED


def open_sessions(connection: Connection) -> Connector | None:
    """Open the view of single agents that a runtime key gives beside an admin's report, if any.

    Call it inside `fenced()`.
    """
    target = connection.target()
    secret = target.credentials.get(CredentialKind.RUNTIME)
    if not secret or not target.credentials.get(CredentialKind.ADMIN):
        return None
    alone = replace(target, credentials={CredentialKind.RUNTIME: secret})
    connector = load(connection.vendor)(alone)
    return connector if supports(connector, Verb.USAGE) else None


def supports(connector: Connector, verb: Verb) -> bool:
    return any(
        offer.verb is verb and offer.support is not Support.NONE
        for offer in connector.capabilities()
    )


def read_usage(connector: Connector, period: Period) -> Iterator[UsageRow]:
    """Read every page, in parts that vendors still report by the hour."""
    for part in windows(period, LONGEST_CALL):
        yield from connector.usage(part)


def read_costs(connector: Connector, period: Period) -> Iterator[CostRow]:
    for part in windows(period, LONGEST_CALL):
        yield from connector.costs(part)
