"""Foresee what pausing or resuming an agent would pull."""

from accounts.fence import fenced
from accounts.permissions import require
from agents.actions.open_vendor import open_vendor
from agents.actions.pause_agent import CLOSED
from agents.actions.resume_agent import NOTHING_PULLED, OPENED
from agents.levers import Pull, pull
from agents.models import Agent
from connectors.base import Verb


def foresee_pull(agent: Agent, verb: Verb) -> Pull:
    """Name every lever that pausing or resuming this agent would pull now; nothing is pulled.

    A vendor that cannot be asked is a lever not pulled, whose fault says why.
    """
    require("agents.pause", agent)
    with fenced():
        agent = Agent.objects.select_related("connection__organization").get(pk=agent.pk)
        connector, why_not = open_vendor(agent)
    ref, only = agent.ref(), list(agent.pulled_levers)
    if verb is Verb.PAUSE:
        return pull(CLOSED, connector, lambda it: it.pause(ref, rehearse=True), why_not=why_not)
    if not only:
        connector, why_not = None, NOTHING_PULLED
    return pull(
        OPENED,
        connector,
        lambda it: it.resume(ref, only=only, rehearse=True),
        why_not=why_not,
    )
