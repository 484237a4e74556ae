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
from agents.registry import seen_work, with_work
from agents.scoring import Expected
from agents.verdicts import Before, Verdict
from connectors.base import Connector, ConnectorError, HealthReading
from connectors.models import Connection
from connectors.opening import open_connector

Writing = Callable[[], AbstractContextManager[None]]


@dataclass(frozen=True, slots=True)
class Batch:
    """Agents of one connection, as they were, and the way to their vendor, if there is one.

    `work` is what others saw of their recent work.
    """

    agents: tuple[Agent, ...]
    connection: Connection | None
    connector: Connector | None
    work: Mapping[UUID, HealthReading]


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
    work = seen_work([agent.pk for agent in same])
    if connection is None or not connection.is_connected or connection.is_reported_to:
        return Batch(same, connection, None, work)
    return Batch(same, connection, open_connector(connection), work)


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
        outcome, work = outcomes.get(agent.pk), batch.work.get(agent.pk)
        if outcome is None:
            heard = heartbeats.reading(agent.heartbeat, agent.heartbeat_at)
            # Of an agent that never sent a heartbeat none can be late.
            every = heartbeats.interval(options) if agent.heartbeat_at else None
            verdict = verdicts.of_reading(
                with_work(heard, work),
                before,
                now=now,
                expected=Expected(agent.usual_p95_ms, every),
                said=agent.heartbeat.get("status", ""),
            )
        elif isinstance(outcome, ConnectorError):
            verdict = verdicts.of_error(outcome, before, now=now)
        else:
            verdict = verdicts.of_reading(with_work(outcome, work), before, now=now)
        verdicts_by_agent[agent.pk] = verdict
    return verdicts_by_agent
