"""Read a vendor's agents into the inventory."""

from collections.abc import Callable
from contextlib import AbstractContextManager

from accounts.fence import fenced
from accounts.permissions import require
from agents.actions.absorb_listing import absorb_listing
from agents.verdicts import CONNECTION_FAULTS
from connectors.actions.begin_sync import begin_sync
from connectors.actions.finish_sync import finish_sync
from connectors.actions.note_trouble import note_trouble
from connectors.base import ConnectorError, Discovery
from connectors.models import Connection, SyncKind, SyncRun
from connectors.opening import open_connector

Writing = Callable[[], AbstractContextManager[None]]

MOST_AGENTS = 50_000


def discover_agents(connection: Connection, *, writing: Writing = fenced) -> SyncRun:
    """Read all agents a vendor lists, then show what is new, changed or gone, all at once.

    Nothing is shown of a reading that broke off. What could not be read is kept with the reading,
    and only agents of sources read to their end are called vanished. `writing` opens the
    transaction of the result.
    """
    require("agents.discover")
    with fenced():
        run = begin_sync(connection, SyncKind.DISCOVERY)
        connector = open_connector(run.connection)
    try:
        with connector:
            discovery = _bounded(connector.discover())
    except ConnectorError as error:
        return _fail(run, error)
    with writing():
        return absorb_listing(run, discovery)


def _bounded(discovery: Discovery) -> Discovery:
    if len(discovery.agents) > MOST_AGENTS:
        raise ConnectorError(
            f"The vendor lists more than {MOST_AGENTS:,} agents, which ARM does not read at once.",
            fault="endless",
            permanent=True,
        )
    return discovery


def _fail(run: SyncRun, error: ConnectorError) -> SyncRun:
    """Keep why a reading failed; what only a person can mend is the connection's trouble."""
    with fenced():
        run = finish_sync(run, {}, error=error.message)
        if error.fault in CONNECTION_FAULTS:
            note_trouble(run.connection, error.fault, error.message, reading="discovery")
    if not error.permanent:
        raise error
    return run
