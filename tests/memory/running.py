"""Agents at work, for tests: one with tools on offer, and runs of it."""

from typing import Any
from uuid import uuid4

from agents.models import Agent
from memory.actions.offer_tools import offer_tools
from memory.actions.use_tool import use_tool
from memory.speaking import speaker_of
from memory.toolbox import TOOLS
from telemetry.models import Run, Source
from tests.cast import Api, House
from tests.telemetry.senders import Trace


def agent_of(house: House, name: str = "porter", *, tools: Any = tuple(TOOLS)) -> Agent:
    """Return a new agent that may use these memory tools."""
    with house.inside():
        agent = Agent.objects.create(vendor="custom", vendor_agent_id=uuid4().hex, name=name)
        offer_tools(agent, tools)
    return agent


def run_of(house: House, api: Api, agent: Agent, user: str = "", **told: Any) -> Run:
    """Return a run of the agent for a user, as telemetry brought it."""
    trace = Trace(service=agent.name)
    about = {"user__id": user} if user else {}
    trace.span("work", agent=agent.name, **about, **told)
    assert trace.send(api).status_code == 200
    with house.inside():
        run = Run.objects.get(trace_id=trace.trace_id.hex())
        Source.objects.filter(pk=run.source_id).update(agent=agent)
        return Run.objects.get(pk=run.pk)


def used(
    house: House, tool: str, *, agent: Any = "", run: Any = "", user: str = "", **told: Any
) -> Any:
    """Use a tool as the owner's program does, and return what it answers."""
    pk = {"agent": str(getattr(agent, "pk", agent)), "run": str(getattr(run, "pk", run))}
    with house.inside():
        return use_tool(f"memory.{tool}", told, speaker_of(user=user, **pk))
