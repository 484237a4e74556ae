"""Work of this app: discovery, health checks, and keeping their history short."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from accounts.fence import fenced
from agents.actions.check_agents import check_agents
from agents.actions.discover_agents import discover_agents
from agents.actions.keep_history_short import keep_history_short
from agents.actions.pause_agent import pause_agent
from agents.actions.plan_health_checks import plan_health_checks
from agents.actions.request_discoveries import request_discoveries
from agents.actions.resume_agent import resume_agent
from agents.models import Agent
from connectors.models import Connection
from jobs.actions.run_schedule import interval_of
from jobs.registry import SCHEDULES, every, handles
from jobs.running import JobRun
from jobs.subjects import subjects

DISCOVER_ALL, PLAN, TIDY = "agents.discover_all", "agents.plan_checks", "agents.tidy"

every(timedelta(minutes=15), DISCOVER_ALL, label="Discover agents")
every(timedelta(minutes=5), PLAN, label="Check the health of agents")
every(timedelta(days=1), TIDY, label="Drop old health checks")


@handles(DISCOVER_ALL)
def discover_all(run: JobRun) -> None:
    with run.finish():
        request_discoveries()


@handles("agents.discover", lease=timedelta(minutes=10), max_attempts=3)
def discover(run: JobRun) -> None:
    with fenced():
        asked = list(Connection.objects.connected().filter(pk=run.args["connection"]))
    for connection in asked:
        discover_agents(connection, writing=run.finish)


@handles(PLAN)
def plan(run: JobRun) -> None:
    with run.finish():
        plan_health_checks(interval_of(SCHEDULES[PLAN]))


@handles("agents.check", lease=timedelta(minutes=5), max_attempts=2)
def check(run: JobRun) -> None:
    with fenced():
        agents = list(Agent.objects.present().filter(pk__in=run.args["agents"]))
    check_agents(agents, writing=run.finish)


@handles("agents.pause", lease=timedelta(minutes=3), max_attempts=3)
def pause(run: JobRun) -> None:
    for agent in _asked(run):
        pause_agent(agent, reason=run.args["reason"])


@handles("agents.resume", lease=timedelta(minutes=3), max_attempts=3)
def resume(run: JobRun) -> None:
    for agent in _asked(run):
        resume_agent(agent, reason=run.args["reason"])


@handles(TIDY)
def tidy(run: JobRun) -> None:
    with run.finish():
        keep_history_short()


@subjects("agents", permission="agents.read", page="admin:agents_agent_change")
@subjects("agent", permission="agents.read", page="admin:agents_agent_change")
def names_of_agents(ids: Sequence[UUID]) -> Mapping[UUID, str]:
    return dict(Agent.objects.filter(pk__in=ids).values_list("pk", "name"))


def _asked(run: JobRun) -> list[Agent]:
    """Return the agent a job is about, unless it has left the inventory."""
    with fenced():
        return list(Agent.objects.filter(pk=run.args["agent"]))
