"""Receive a signed heartbeat."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import connection as database

from accounts.fence import acting, current_organization_id, fenced
from accounts.permissions import require
from agents.actions.note_change import note_change
from agents.actions.record_heartbeat import record_heartbeat
from agents.heartbeats import STATUSES
from agents.models import Agent, ChangeKind
from agents.models.agent import REGISTRATION
from armproject.lib.audit import record
from armproject.lib.context import Principal, PrincipalKind
from armproject.lib.errors import Conflict, Unauthenticated
from armproject.lib.ids import uuid7
from armproject.lib.parsing import parse_json
from connectors.kinds.custom import Heartbeat, parse_heartbeat, verify_signature
from connectors.models import Connection

LARGEST = 256 * 2**10
RIGHTS = frozenset({"agents.heartbeat"})
LONGEST_ID = 200
UNKNOWN = "The signature does not match."


def receive_heartbeat(connection_id: UUID, body: bytes, headers: Mapping[str, str]) -> Agent:
    """Take in what an agent of the customer's own sends, if the connection's secret signed it.

    An agent not known yet is registered. The same message is taken in once.
    """
    organization_id = _organization_of(connection_id)
    sender = Principal(PrincipalKind.AGENT, str(connection_id), "an agent's heartbeat")
    with acting(sender, organization_id, RIGHTS), fenced():
        connection = Connection.objects.connected().filter(pk=connection_id).first()
        if connection is None:
            raise Unauthenticated(UNKNOWN)
        message_id = verify_signature(body, headers, connection.signing_secrets())
        payload = parse_json(body, max_bytes=LARGEST)
        beat = parse_heartbeat(payload)
        _take_once(connection, message_id)
        return record_heartbeat(_agent(connection, beat), payload)


def _organization_of(connection_id: UUID) -> UUID:
    """Return whose connection this is; an unknown one fails as a wrong signature does."""
    with database.cursor() as cursor:
        cursor.execute(
            "SELECT organization_id FROM arm_find_reporting_connection(%s)", [connection_id]
        )
        row = cursor.fetchone()
    if row is None:
        raise Unauthenticated(UNKNOWN)
    found: UUID = row[0]
    return found


def _take_once(connection: Connection, message_id: str) -> None:
    with database.cursor() as cursor:
        cursor.execute(
            "INSERT INTO agents_heartbeatreceipt (id, organization_id, connection_id, message_id)"
            " VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING",
            [uuid7(), current_organization_id(), connection.pk, message_id[:LONGEST_ID]],
        )
        if cursor.rowcount == 0:
            raise Conflict("This message was taken in already.", message_id=message_id[:LONGEST_ID])


def _agent(connection: Connection, beat: Heartbeat) -> Agent:
    require("agents.heartbeat")
    said = beat.agent
    same: dict[str, Any] = {"vendor": connection.vendor, "vendor_agent_id": said.id}
    known = Agent.ever.select_for_update(of=("self",)).filter(**same).first()
    if known is not None and known.connection_id in {connection.pk, None}:
        if known.connection_id is None:
            Agent.ever.filter(pk=known.pk).update(connection=connection)
        return known
    if known is not None:
        raise Conflict("Another connection has an agent with this id.")
    agent = Agent(
        **same,
        connection=connection,
        name=said.name or said.id,
        type=said.type,
        model=said.model[:120],
        description=said.description,
        metadata=dict(said.metadata),
        status=STATUSES[beat.status],
        vendor_status=STATUSES[beat.status],
        discovered_via=REGISTRATION,
    )
    agent.save(force_insert=True)
    note_change(agent, ChangeKind.REGISTERED)
    record("agents.register", agent, after=agent.summary())
    return agent
