"""Keep what health checks showed."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection as database
from django.utils import timezone

from accounts.fence import current_organization_id
from accounts.permissions import require
from agents.models import Agent, Health, HealthCheck
from agents.models.rewriting import typed
from agents.probing import Outcome
from agents.verdicts import AWAY_FAULTS, CONNECTION_FAULTS, PATIENCE, SLOWED_FAULTS, Verdict
from armproject.lib.ids import uuid7
from connectors.actions.note_recovery import note_recovery
from connectors.actions.note_trouble import note_trouble
from connectors.base import ConnectorError, HealthReading
from connectors.models import Connection

AWAY = "The vendor has not answered the last health checks; ARM goes on asking."
REFUSED = "ARM may not ask: the connection needs attention."
CHECK = (
    "id",
    "agent_id",
    "at",
    "status",
    "score",
    "parts",
    "latency_ms",
    "p95_ms",
    "requests",
    "errors",
    "error_rate",
    "note",
    "fault",
    "error",
)
# One statement keeps the history and the present of a whole batch.
KEEP = """
WITH told AS (
  SELECT * FROM jsonb_to_recordset(%s::jsonb) AS told({record},
    unanswered smallint, usual_p95_ms integer, seen_at timestamptz, own_error text)
), kept AS (
  INSERT INTO agents_healthcheck (organization_id, {columns})
  SELECT %s, {columns} FROM told
)
UPDATE agents_agent a
   SET health = told.status, health_score = told.score, health_checked_at = told.at,
       health_note = told.note, error_rate = told.error_rate,
       unanswered = told.unanswered, usual_p95_ms = told.usual_p95_ms,
       last_active_at = greatest(a.last_active_at, told.seen_at),
       last_error = coalesce(nullif(told.own_error, ''), a.last_error),
       last_error_at = CASE WHEN told.own_error = '' THEN a.last_error_at ELSE told.at END
  FROM told WHERE a.id = told.agent_id AND a.organization_id = %s
"""


def keep_checks(
    connection: Connection | None,
    agents: Sequence[Agent],
    verdicts: Mapping[UUID, Verdict],
    outcomes: Mapping[UUID, Outcome],
) -> list[HealthCheck]:
    """Keep the verdicts on a batch of agents, and note what they tell of its connection.

    That a vendor refuses our key is the connection's trouble, told once, and leaves all its
    agents unknown; that it answers nobody is told once, too. The first agent that can be read
    again takes it back.
    """
    require("agents.check")
    now = timezone.now()
    rows = [_row(agent, verdicts[agent.pk], now) for agent in agents]
    if rows:
        _keep(rows)
    if connection is not None and outcomes:
        unanswered = sum(verdict.unanswered for verdict in verdicts.values())
        _note_connection(connection, list(outcomes.values()), unanswered)
    by_id = {agent.pk: agent for agent in agents}
    return [_check(row, by_id[row["agent_id"]]) for row in rows]


def _row(agent: Agent, verdict: Verdict, now: datetime) -> dict[str, Any]:
    reading = verdict.reading or HealthReading(exists=None)
    rate = verdict.error_rate
    not_its_own = verdict.reading is None and verdict.fault in CONNECTION_FAULTS | SLOWED_FAULTS
    return {
        "id": uuid7(),
        "agent_id": agent.pk,
        "at": now,
        "status": verdict.status,
        "score": verdict.score,
        "parts": list(verdict.parts),
        "latency_ms": reading.latency_ms,
        "p95_ms": reading.p95_ms,
        "requests": reading.requests,
        "errors": reading.errors,
        "error_rate": None if rate is None else round(rate, 4),
        "note": verdict.note,
        "fault": verdict.fault,
        "error": verdict.error,
        "unanswered": verdict.unanswered,
        "usual_p95_ms": verdict.usual_p95_ms,
        "seen_at": reading.last_seen_at,
        "own_error": "" if not_its_own else verdict.error,
    }


def _keep(rows: Sequence[Mapping[str, Any]]) -> None:
    statement = KEEP.format(record=typed(HealthCheck, CHECK), columns=", ".join(CHECK))
    organization = current_organization_id()
    told = json.dumps(rows, default=str)
    with database.cursor() as cursor:
        cursor.execute(statement, [told, organization, organization])


def _check(row: Mapping[str, Any], agent: Agent) -> HealthCheck:
    return HealthCheck(agent=agent, **{name: row[name] for name in CHECK if name != "agent_id"})


def _note_connection(connection: Connection, outcomes: Sequence[Outcome], unanswered: int) -> None:
    errors = [each for each in outcomes if isinstance(each, ConnectorError)]
    refusals = [error for error in errors if error.fault in CONNECTION_FAULTS]
    if len(refusals) == len(outcomes):
        note_trouble(connection, refusals[0].fault, refusals[0].message, reading="health")
        of_this = Agent.objects.filter(connection=connection).exclude(health=Health.UNKNOWN)
        of_this.order_by().update(health=Health.UNKNOWN, health_score=None, health_note=REFUSED)
    elif len(errors) < len(outcomes):
        if connection.trouble:
            note_recovery(connection, reading="health")
    elif unanswered >= PATIENCE and all(error.fault in AWAY_FAULTS for error in errors):
        note_trouble(connection, "unavailable", AWAY, reading="health")
