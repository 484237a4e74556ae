"""Show in the inventory what a vendor listed."""

from collections.abc import Iterable

from django.db.models import Q

from accounts.permissions import own_role, require
from agents.actions.note_change import news_of
from agents.actions.queue_checks import queue_checks
from agents.listing import Known, Listing
from agents.models import Agent, AgentChange, AgentStatus, ChangeKind, Health
from agents.models.rewriting import insert, rewrite
from agents.verdicts import CONNECTION_FAULTS
from armproject.lib import context
from armproject.lib.audit import record
from connectors.actions.finish_sync import finish_sync
from connectors.actions.note_recovery import note_recovery
from connectors.actions.note_trouble import note_trouble
from connectors.base import Discovery
from connectors.models import Connection, SyncRun
from jobs.actions.publish_events import publish_events

SAID = (
    "name",
    "description",
    "type",
    "model",
    "config",
    "metadata",
    "discovered_via",
    "confidence",
    "vendor_status",
    "vendor_created_at",
    "vendor_updated_at",
)
SET = (
    *SAID,
    "status",
    "connection_id",
    "vanished_at",
    "removed_at",
    "updated_at",
    "last_listed_at",
)
GONE = "Its vendor no longer lists this agent."


def absorb_listing(run: SyncRun, discovery: Discovery) -> SyncRun:
    """Bring the inventory to what a vendor listed and end the reading, in the caller's transaction.

    What people said of an agent (owner, environment, cost centre, their description) stays.
    """
    require("agents.discover")
    connection = Connection.objects.select_for_update().get(pk=run.connection_id)
    connection.refuse_disconnected()
    listing = Listing.of(connection, discovery, _known(connection, discovery))
    insert(listing.new)
    _rewrite(listing)
    _mark_gone(listing)
    _keep_history(run, listing)
    _note_connection(connection, discovery)
    run = finish_sync(run, listing.counts(), unread=discovery.unread)
    _record(run, listing)
    queue_checks(listing.new)
    return run


def _known(connection: Connection, discovery: Discovery) -> Known:
    ids = [each.vendor_agent_id for each in discovery.agents]
    same_vendor = Agent.ever.filter(vendor=connection.vendor).order_by()
    agents = same_vendor.filter(Q(vendor_agent_id__in=ids) | Q(connection=connection))
    connected = Connection.objects.connected().values_list("pk", flat=True)
    return Known({agent.vendor_agent_id: agent for agent in agents}, frozenset(connected))


def _rewrite(listing: Listing) -> None:
    """Write what is new of known agents; what people may have changed since is read again."""
    agents = list(listing.rewritten())
    locked = Agent.ever.select_for_update().order_by("pk").in_bulk([agent.pk for agent in agents])
    rows = []
    for agent in agents:
        now, said = locked[agent.pk], dict(listing.said[agent.pk])
        if now.description_is_ours:
            said["description"] = now.description
        rows.append(
            {
                **said,
                "id": agent.pk,
                "status": AgentStatus.PAUSED if now.is_paused else said["vendor_status"],
                "connection_id": listing.connection.pk,
                "vanished_at": None,
                "removed_at": None,
                "updated_at": listing.at,
                "last_listed_at": listing.at,
            }
        )
    rewrite(Agent, rows, SET)


def _mark_gone(listing: Listing) -> None:
    """Mark the agents whose source was read to its end without them."""
    gone = Agent.ever.filter(pk__in=[agent.pk for agent in listing.missing]).order_by()
    gone.update(
        vanished_at=listing.at,
        vendor_status="",
        health=Health.UNKNOWN,
        health_score=None,
        health_note=GONE,
        updated_at=listing.at,
    )
    gone.filter(paused_at=None).update(status=AgentStatus.UNKNOWN)


def _keep_history(run: SyncRun, listing: Listing) -> None:
    principal = context.principal()
    told_by = principal.label[:200] if principal else ""
    by_kind: dict[ChangeKind, Iterable[Agent]] = {
        ChangeKind.FOUND: listing.new,
        ChangeKind.RETURNED: listing.back,
        ChangeKind.CHANGED: listing.changed,
        ChangeKind.VANISHED: listing.missing,
    }
    publish_events(news_of(ChangeKind.FOUND, listing.new))
    insert(
        [
            AgentChange(
                agent=agent,
                kind=kind,
                changes=listing.changes.get(agent.pk, {}),
                told_by=told_by,
                sync_run=run,
            )
            for kind, agents in by_kind.items()
            for agent in agents
        ]
    )


def _note_connection(connection: Connection, discovery: Discovery) -> None:
    """Note a refused source as the connection's trouble, once; a whole reading takes it back."""
    refused = next((each for each in discovery.unread if each.fault in CONNECTION_FAULTS), None)
    if refused is not None:
        note_trouble(connection, refused.fault, refused.why, reading="discovery")
    elif connection.trouble:
        note_recovery(connection, reading="discovery")


def _record(run: SyncRun, listing: Listing) -> None:
    """Record a discovery that changed the inventory or that somebody asked for."""
    counts = listing.counts()
    if any(counts[name] for name in ("new", "changed", "returned", "vanished")) or own_role():
        record(
            "agents.discover",
            run.connection,
            after=counts,
            details={"sync_run": str(run.pk), "state": run.state},
        )
