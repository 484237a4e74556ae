"""Who may do what with agents through the API, and that nobody reaches anybody else's."""

from typing import Any

import pytest

from agents.models import Agent, AgentChange, HealthCheck
from tests.agents.estate import custom, registered
from tests.cast import Api, House


def refused(response: Any, status: int) -> Any:
    assert response.status_code == status, response.content
    return response.json()["error"]


PATHS = [
    ("get", ""),
    ("patch", ""),
    ("delete", ""),
    ("get", "/health"),
    ("post", "/health"),
    ("post", "/health-check"),
    ("post", "/pause"),
    ("post", "/resume"),
    ("post", "/inject"),
    ("get", "/interactions"),
    ("get", "/history"),
    ("post", "/heartbeat"),
]


@pytest.mark.parametrize(("method", "path"), PATHS)
def test_a_foreign_agent_does_not_exist(
    house: House, neighbours: House, method: str, path: str
) -> None:
    theirs = registered(neighbours)
    body = {"text": "x"} if path == "/inject" else {}
    refused(house.api("owner").call(method, f"/agents/{theirs.pk}{path}", body), 404)


def test_a_foreign_connection_does_not_exist(house: House, neighbours: House) -> None:
    theirs, _ = custom(neighbours)
    error = refused(house.api().post("/agents/discover", {"connection": str(theirs.pk)}), 400)
    assert "connection" in error["details"]["fields"]


@pytest.mark.parametrize(
    ("method", "path", "roles"),
    [
        ("get", "", "owner admin developer member viewer"),
        ("patch", "", "owner admin developer member"),
        ("delete", "", "owner admin developer member"),
        ("get", "/health", "owner admin developer member viewer"),
        ("post", "/health-check", "owner admin developer member"),
        ("post", "/pause", "owner admin"),
        ("post", "/resume", "owner admin"),
        ("post", "/inject", "owner admin"),
        ("get", "/interactions", "owner admin developer"),
        ("get", "/history", "owner admin developer member viewer"),
        ("post", "/heartbeat", "owner admin developer member"),
    ],
)
def test_each_role_may_what_the_matrix_says(
    house: House, method: str, path: str, roles: str
) -> None:
    for role in house.people:
        agent = registered(house, f"For {role}")
        body = {"text": "x"} if path == "/inject" else {}
        response = house.api(role).call(method, f"/agents/{agent.pk}{path}", body)
        assert (response.status_code == 403) is (role not in roles.split()), role


@pytest.mark.parametrize("path", ["", "/summary", "/export.csv"])
def test_an_auditor_reads_no_agents(house: House, path: str) -> None:
    refused(house.api("auditor").get(f"/agents{path}"), 403)


def test_nobody_reads_agents_without_a_key(house: House) -> None:
    assert Api().get("/agents").status_code == 401
    assert Api("arm_sk_live_x_y").get("/agents").status_code == 401


def test_a_key_may_only_what_its_scopes_name(house: House) -> None:
    agent = registered(house)
    api = house.api("admin", scopes=["agents.heartbeat"])
    assert api.post(f"/agents/{agent.pk}/heartbeat", {"status": "active"}).status_code == 200
    refused(api.get("/agents"), 403)
    with house.inside():
        assert Agent.objects.get(pk=agent.pk).heartbeat["status"] == "active"
        assert AgentChange.objects.about(agent).count() == 1
        assert not HealthCheck.objects.exists()
