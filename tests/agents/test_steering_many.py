"""Many agents are paused at once: the gates close now, the vendors' levers follow as jobs."""

import pytest

from agents.actions.request_checks import request_checks
from agents.actions.request_pause import request_pause
from agents.actions.request_resume import request_resume
from agents.models import Agent, AgentChange
from armproject.lib.errors import Conflict, Forbidden
from connectors.models import Connection
from governance.models import AuditEvent
from jobs.actions.run_job import run_job
from jobs.models import Job, JobState
from tests.agents.estate import agents, discover, registered
from tests.cast import House


def test_the_gate_closes_at_once_and_the_levers_follow(house: House, openai: Connection) -> None:
    discover(house, openai)
    agent = agents(house)[0]
    with house.inside("admin"):
        job = request_pause(agent, reason="Incident")
        assert request_pause(agent) == job
    assert agents(house)[0].status == "paused"
    assert run_job(job.pk, job.organization_id)
    with house.inside("admin"):
        paused = Agent.objects.get(pk=agent.pk)
        assert paused.paused_reason == "Incident"
        assert AuditEvent.objects.filter(action="agents.pause").count() == 1
        assert AgentChange.objects.about(agent).filter(kind="paused").count() == 1
        job = request_resume(paused)
    assert run_job(job.pk, job.organization_id)
    assert agents(house)[0].paused_at is None


def test_what_is_not_paused_is_not_resumed(house: House) -> None:
    agent = registered(house)
    with house.inside("admin"), pytest.raises(Conflict):
        request_resume(agent)


def test_a_removed_agent_needs_no_levers(house: House) -> None:
    agent = registered(house)
    with house.inside("admin"):
        job = request_pause(agent)
        Agent.objects.filter(pk=agent.pk).update(removed_at=agent.created_at)
    assert run_job(job.pk, job.organization_id)
    with house.inside():
        assert Job.objects.get(pk=job.pk).state == JobState.DONE


def test_checks_of_many_are_queued_by_connection(house: House, openai: Connection) -> None:
    discover(house, openai)
    registered(house)
    with house.inside("member"):
        Job.objects.all().delete()
        assert request_checks(list(Agent.objects.all())) == 2
        lanes = sorted(Job.objects.values_list("lane", flat=True))
    assert lanes == ["local", "vendor:openai"]


@pytest.mark.parametrize("role", ["developer", "member", "viewer"])
def test_who_may_not_pause_is_told(house: House, role: str) -> None:
    agent = registered(house)
    for asked in (request_pause, request_resume):
        with house.inside(role), pytest.raises(Forbidden):
            asked(agent)
    assert agents(house)[0].paused_at is None
