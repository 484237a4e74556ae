"""Agents of the company's own report by themselves, signed or with a key, and are heard once."""

import base64
import json
import time
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.utils import timezone
from standardwebhooks import Webhook

from agents.actions.check_agent import check_agent
from agents.models import Agent, AgentChange, HeartbeatReceipt
from armproject.lib.secret import Secret
from connectors.actions.disconnect import disconnect
from connectors.models import Connection
from governance.models import AuditEvent
from jobs.actions.run_job import run_job
from jobs.models import Job
from tests.agents.estate import agents, custom, registered
from tests.cast import House

BEAT = {
    "agent": {"id": "worker-1", "name": "Worker", "model": "own-1"},
    "requests": 10,
    "errors": 0,
}


def send(
    connection: Connection | UUID,
    secret: Secret,
    body: Any = BEAT,
    *,
    message_id: str = "",
    at: float | None = None,
    **changed: str,
) -> Any:
    """Send a heartbeat, signed by the reference implementation of the scheme."""
    message_id = message_id or f"msg_{uuid4().hex}"
    at = time.time() if at is None else at
    text = json.dumps(body)
    moment = timezone.datetime.fromtimestamp(int(at), timezone.get_default_timezone())
    headers = {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(at)),
        "webhook-signature": Webhook(secret.reveal()).sign(message_id, moment, text),
        **changed,
    }
    return Client(raise_request_exception=False).post(
        f"/api/v1/agents/heartbeat/{getattr(connection, 'pk', connection)}",
        data=text,
        content_type="application/json",
        headers=headers,
    )


def test_an_unknown_agent_registers_itself(house: House) -> None:
    connection, secret = custom(house)
    response = send(connection, secret)
    assert response.status_code == 200, response.content
    (agent,) = agents(house)
    assert response.json()["data"] == {"agent": str(agent.pk), "paused": False, "reason": ""}
    assert (agent.name, agent.model, agent.vendor) == ("Worker", "own-1", "custom")
    assert (agent.status, agent.discovered_via) == ("active", "registration")
    assert agent.connection_id == connection.pk
    with house.inside():
        assert AuditEvent.objects.filter(action="agents.register").count() == 1


def test_a_heartbeat_is_looked_into_soon(house: House) -> None:
    connection, secret = custom(house)
    send(connection, secret)
    with house.inside():
        (job,) = Job.objects.filter(kind="agents.check")
    assert run_job(job.pk, job.organization_id)
    (agent,) = agents(house)
    assert (agent.health, agent.health_score) == ("healthy", 100)
    send(connection, secret, {**BEAT, "status": "error", "message": "Out of memory"})
    with house.inside():
        job = Job.objects.filter(kind="agents.check", state="pending").get()
    assert run_job(job.pk, job.organization_id)
    (agent,) = agents(house)
    assert (agent.health, agent.status, agent.last_error) == ("down", "error", "Out of memory")


def test_an_agent_that_falls_silent_goes_down(house: House) -> None:
    connection, secret = custom(house)
    send(connection, secret)
    (agent,) = agents(house)
    for minutes, status in ((1, "healthy"), (16, "degraded"), (40, "down")):
        with house.inside("admin"):
            long_ago = timezone.now() - timedelta(minutes=minutes)
            Agent.objects.filter(pk=agent.pk).update(heartbeat_at=long_ago)
            assert check_agent(agent).status == status


def test_a_paused_agent_is_told_to_stop(house: House) -> None:
    connection, secret = custom(house)
    send(connection, secret)
    (agent,) = agents(house)
    house.api("admin").post(f"/agents/{agent.pk}/pause", {"reason": "Audit"})
    assert send(connection, secret).json()["data"] == {
        "agent": str(agent.pk), "paused": True, "reason": "Audit",
    }  # fmt: skip
    assert agents(house)[0].status == "paused"


def test_the_same_message_is_taken_once(house: House) -> None:
    connection, secret = custom(house)
    assert send(connection, secret, message_id="msg_1").status_code == 200
    again = send(connection, secret, {**BEAT, "status": "error"}, message_id="msg_1")
    assert again.status_code == 409
    assert agents(house)[0].status == "active"
    with house.inside():
        assert HeartbeatReceipt.objects.count() == 1


def test_what_is_not_signed_as_it_stands_is_refused(house: House, neighbours: House) -> None:
    connection, secret = custom(house)
    theirs, other = custom(neighbours)
    weak = Secret("whsec_" + base64.b64encode(b"x" * 32).decode())
    refusals = [
        send(connection, weak),
        send(connection, other),
        send(theirs, secret),
        send(connection, secret, at=time.time() - 301),
        send(connection, secret, at=time.time() + 301),
        send(connection, secret, **{"webhook-signature": "v1,AAAA"}),
        send(connection, secret, **{"webhook-signature": ""}),
        send(connection, secret, **{"webhook-id": "another"}),
        send(uuid4(), secret),
    ]
    assert [each.status_code for each in refusals] == [401] * len(refusals)
    assert agents(house) == agents(neighbours) == []


def test_an_unknown_connection_looks_like_a_wrong_signature(house: House) -> None:
    connection, secret = custom(house)
    wrong = Secret("whsec_" + base64.b64encode(b"x" * 32).decode())
    unknown = send(uuid4(), secret).json()
    assert unknown == send(connection, wrong).json()


def test_a_disconnected_connection_hears_nothing(house: House) -> None:
    connection, secret = custom(house)
    with house.inside("admin"):
        disconnect(connection)
    assert send(connection, secret).status_code == 401


def test_a_vendors_connection_takes_no_heartbeats(house: House, openai: Connection) -> None:
    assert send(openai, Secret("whsec_" + base64.b64encode(b"y" * 32).decode())).status_code == 401


@pytest.mark.parametrize(
    "body",
    [
        {"agent": {}},
        {"agent": {"id": "a"}, "status": "splendid"},
        {"agent": {"id": "a"}, "requests": 1, "errors": 2},
        {"agent": {"id": "a" * 201}},
        [],
    ],
)
def test_a_signed_message_must_still_make_sense(house: House, body: Any) -> None:
    connection, secret = custom(house)
    assert send(connection, secret, body).status_code == 400
    assert agents(house) == []


def test_a_huge_message_is_not_read(house: House) -> None:
    connection, secret = custom(house)
    body = {**BEAT, "message": "x" * 300_000}
    assert send(connection, secret, body).status_code == 413


def test_a_removed_agent_that_reports_comes_back(house: House) -> None:
    connection, secret = custom(house)
    send(connection, secret)
    (agent,) = agents(house)
    house.api("member").delete(f"/agents/{agent.pk}")
    assert agents(house) == []
    send(connection, secret)
    assert [each.pk for each in agents(house)] == [agent.pk]
    with house.inside():
        kinds = AgentChange.objects.about(agent).order_by("id").values_list("kind", flat=True)
        assert list(kinds) == ["registered", "removed", "returned"]


def test_what_an_agent_says_of_itself_is_its_history(house: House) -> None:
    connection, secret = custom(house)
    send(connection, secret)
    send(connection, secret, {"agent": {"id": "worker-1", "model": "own-2"}})
    (agent,) = agents(house)
    assert (agent.name, agent.model) == ("Worker", "own-2")
    with house.inside():
        change = AgentChange.objects.about(agent).filter(kind="changed").get()
        assert change.changes == {"model": ["own-1", "own-2"]}


def test_an_agent_reports_with_a_key_too(house: House) -> None:
    agent = registered(house)
    api = house.api("member", scopes=["agents.heartbeat"])
    answer = api.post(f"/agents/{agent.pk}/heartbeat", {"status": "degraded", "message": "Slow"})
    assert answer.json()["data"]["paused"] is False
    with house.inside():
        (job,) = Job.objects.filter(kind="agents.check")
    assert run_job(job.pk, job.organization_id)
    (agent,) = agents(house)
    assert (agent.health, agent.last_error) == ("degraded", "Slow")
