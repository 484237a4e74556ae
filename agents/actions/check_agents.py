"""Check how a few agents are."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from uuid import UUID

from django.utils import timezone

from accounts.fence import fenced
from accounts.permissions import require
from agents import heartbeats, verdicts
from agents.actions.keep_checks import keep_checks
from agents.models import Agent, HealthCheck
from agents.probing import Outcome, ask_health
from agents.scoring import Expected
from agents.verdicts import Before, Verdict
from connectors.base import Connector, ConnectorError
from connectors.models import Connection
from connectors.opening import open_connector

Writing = Callable[[], AbstractContextManager[None]]


@dataclass(frozen=True, slots=True)
class Batch:
    """Agents of one connection, as they were, and the way to their vendor, if there is one."""

    agents: tuple[Agent, ...]
    connection: Connection | None
    connector: Connector | None


def check_agents(agents: Sequence[Agent], *, writing: Writing = fenced) -> list[HealthCheck]:
    """Ask how these agents of one connection are, keep the answers, and return them.

    The vendor is asked outside any transaction, by free signals only. Agents of the customer's own
    are judged by their last heartbeat. `writing` opens the transaction of the result.
    """
    require("agents.check")
    with fenced():
        batch = _load([agent.pk for agent in agents])
    outcomes = _ask(batch)
    with writing():
        return keep_checks(batch.connection, batch.agents, _judge(batch, outcomes), outcomes)


def _load(ids: Sequence[UUID]) -> Batch:
    """Read the agents again; one that moved to another connection is left to its next turn."""
    known = Agent.objects.present().filter(pk__in=ids).select_related("connection__organization")
    agents = tuple(known)
    connection = agents[0].connection if agents else None
    same = tuple(agent for agent in agents if agent.connection == connection)
    if connection is None or not connection.is_connected or connection.is_reported_to:
        return Batch(same, connection, None)
    return Batch(same, connection, open_connector(connection))


def _ask(batch: Batch) -> dict[UUID, Outcome]:
    if batch.connector is None:
        return {}
    with batch.connector as connector:
        return ask_health(connector, {agent.pk: agent.ref() for agent in batch.agents})


def _judge(batch: Batch, outcomes: Mapping[UUID, Outcome]) -> dict[UUID, Verdict]:
    now, verdicts_by_agent = timezone.now(), {}
    options = batch.connection.options if batch.connection else {}
    for agent in batch.agents:
        before = Before(agent.health, agent.health_score, agent.unanswered, agent.usual_p95_ms)
        outcome = outcomes.get(agent.pk)
        if outcome is None:
            verdict = verdicts.of_reading(
                heartbeats.reading(agent.heartbeat, agent.heartbeat_at),
                before,
                now=now,
                expected=Expected(agent.usual_p95_ms, heartbeats.interval(options)),
                said=agent.heartbeat.get("status", ""),
            )
        elif isinstance(outcome, ConnectorError):
            verdict = verdicts.of_error(outcome, before, now=now)
        else:
            verdict = verdicts.of_reading(outcome, before, now=now)
        verdicts_by_agent[agent.pk] = verdict
    return verdicts_by_agent
