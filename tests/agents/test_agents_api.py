"""The API over agents: the same verbs, each for who may, and nothing of anybody else's."""

import csv
import io
from typing import Any

import pytest

from connectors.models import Connection
from connectors.simulator import Simulator
from governance.models import AuditEvent
from jobs.models import Job
from tests.agents.estate import agents, discover, fault, registered
from tests.cast import Api, House

METHODS = ("get", "post", "put", "patch", "delete")


def data(response: Any, status: int = 200) -> Any:
    assert response.status_code == status, response.content
    body = response.json()
    assert body["success"] is True
    return body["data"]


def refused(response: Any, status: int) -> Any:
    assert response.status_code == status, response.content
    return response.json()["error"]


def test_an_agent_is_registered_read_changed_and_removed(house: House) -> None:
    api = house.api("member")
    said = {"name": "Night watch", "vendor": "google", "vendor_agent_id": "g-1", "type": "chat"}
    made = data(api.post("/agents", {**said, "config": {"tools": ["a"]}}), 201)
    assert {name: made[name] for name in said} == said
    assert (made["status"], made["health"], made["discovered_via"]) == (
        "active", "unknown", "registered",
    )  # fmt: skip
    path = f"/agents/{made['id']}"
    assert data(api.get(path))["config"] == {"tools": ["a"]}
    owner = str(house.viewer.pk)
    changed = data(api.patch(path, {"owner": owner, "environment": "staging", "name": "Guard"}))
    assert (changed["owner"], changed["environment"], changed["name"]) == (
        owner, "staging", "Guard",
    )  # fmt: skip
    assert changed["owner_name"] == house.viewer.name
    assert "kept" in data(api.delete(path))["message"]
    refused(api.get(path), 404)
    with house.inside():
        deeds = AuditEvent.objects.order_by("id").values_list("action", flat=True)
        told = ["agents.register", "agents.update", "agents.remove"]
        assert [deed for deed in deeds if deed.startswith("agents.")] == told


def test_the_same_agent_is_not_registered_twice(house: House) -> None:
    said = {"name": "One", "vendor": "google", "vendor_agent_id": "g-1"}
    first = data(house.api("member").post("/agents", said), 201)
    error = refused(house.api("member").post("/agents", said), 400)
    assert "vendor_agent_id" in error["details"]["fields"]
    house.api("member").delete(f"/agents/{first['id']}")
    again = data(house.api("member").post("/agents", said), 201)
    assert again["id"] == first["id"]


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"name": "a\nb"}, "name"),
        ({"name": "a", "vendor": "nobody"}, "vendor"),
        ({"name": "a", "type": "robot"}, "type"),
        ({"name": "a", "environment": "moon"}, "environment"),
        ({"name": "a", "config": []}, "config"),
        ({"name": "a", "config": {"x": "y" * 70_000}}, "config"),
        ({"name": "a", "owner": "nobody"}, "owner"),
    ],
)
def test_what_is_not_right_is_said_beside_its_field(
    house: House, said: dict[str, Any], field: str
) -> None:
    error = refused(house.api("member").post("/agents", said), 400)
    assert list(error["details"]["fields"]) == [field]


def test_an_owner_is_a_member_of_the_company(house: House, neighbours: House) -> None:
    agent = registered(house)
    body = {"owner": str(neighbours.viewer.pk)}
    error = refused(house.api("admin").patch(f"/agents/{agent.pk}", body), 400)
    assert "owner" in error["details"]["fields"]


def test_what_a_vendor_says_is_not_changed_here(house: House, openai: Connection) -> None:
    discover(house, openai)
    agent = agents(house)[0]
    error = refused(house.api("admin").patch(f"/agents/{agent.pk}", {"name": "Mine"}), 400)
    assert "vendor" in error["message"]
    changed = data(house.api("admin").patch(f"/agents/{agent.pk}", {"description": "Ours"}))
    assert changed["description"] == "Ours"


def test_removing_an_agent_says_that_its_vendor_brings_it_back(
    house: House, openai: Connection
) -> None:
    discover(house, openai)
    agent = agents(house)[0]
    said = data(house.api("member").call("delete", f"/agents/{agent.pk}", {"reason": "noise"}))
    assert "next discovery" in said["message"]


def test_a_check_now_answers_with_the_parts_of_the_score(house: House, openai: Connection) -> None:
    discover(house, openai)
    agent = agents(house)[0]
    for path in ("health-check", "health"):
        check = data(house.api("member").post(f"/agents/{agent.pk}/{path}"))
        assert check["score"] is not None
        assert {"name", "points", "of", "why"} == set(check["parts"][0])
    history = data(house.api("viewer").get(f"/agents/{agent.pk}/health"))
    assert [each["status"] for each in history] == [check["status"]] * 2
    assert data(house.api("viewer").get(f"/agents/{agent.pk}/health", hours=1)) == history
    refused(house.api("viewer").get(f"/agents/{agent.pk}/health", hours=1_000), 400)


def test_a_failing_vendor_is_an_answer_not_an_error(
    house: House, openai: Connection, vendor: Simulator
) -> None:
    discover(house, openai)
    agent = agents(house)[0]
    fault(vendor, "401")
    check = data(house.api("member").post(f"/agents/{agent.pk}/health-check"))
    assert (check["status"], check["score"], check["fault"]) == ("unknown", None, "credentials")


def test_pausing_lists_every_lever(house: House, openai: Connection) -> None:
    discover(house, openai)
    agent = agents(house)[0]
    api = house.api("admin")
    paused = data(api.post(f"/agents/{agent.pk}/pause", {"reason": "Incident"}))
    assert paused["levers"][0]["name"] == "ARM's gate"
    assert paused["levers"][0]["pulled"] is True
    assert len(paused["levers"]) > 1
    assert (paused["agent"]["status"], paused["agent"]["paused_reason"]) == ("paused", "Incident")
    resumed = data(api.post(f"/agents/{agent.pk}/resume"))
    assert resumed["agent"]["paused_at"] is None
    refused(api.post(f"/agents/{agent.pk}/resume"), 409)
    kinds = [row["kind"] for row in data(api.get(f"/agents/{agent.pk}/history"))]
    assert kinds == ["resumed", "paused", "found"]


def test_the_gate_closes_though_the_vendor_fails(
    house: House, openai: Connection, vendor: Simulator
) -> None:
    discover(house, openai)
    agent = agents(house)[0]
    fault(vendor, "503")
    paused = data(house.api("admin").post(f"/agents/{agent.pk}/pause"))
    assert paused["agent"]["status"] == "paused"
    assert [lever["pulled"] for lever in paused["levers"]] == [True, False]
    assert paused["levers"][1]["fault"] == "unavailable"


def test_an_agent_without_a_vendor_is_paused_by_the_gate_alone(house: House) -> None:
    agent = registered(house)
    levers = data(house.api("admin").post(f"/agents/{agent.pk}/pause"))["levers"]
    assert [lever["pulled"] for lever in levers] == [True, False]
    assert "No connection" in levers[1]["detail"]


def test_an_instruction_is_put_where_the_agent_reads_it(house: House, openai: Connection) -> None:
    discover(house, openai)
    agent = agents(house)[0]
    api = house.api("admin")
    assert (
        agent.vendor_agent_id
        in data(api.post(f"/agents/{agent.pk}/inject", {"text": "Answer briefly."}))["place"]
    )
    discover(house, openai)
    assert "Answer briefly." in str(data(api.get(f"/agents/{agent.pk}"))["config"])
    refused(house.api("admin").post(f"/agents/{registered(house).pk}/inject", {"text": "x"}), 409)


def test_interactions_are_read_and_who_read_them_is_recorded(
    house: House, openai: Connection
) -> None:
    discover(house, openai)
    steps = [
        data(house.api("developer").get(f"/agents/{agent.pk}/interactions", limit=5))
        for agent in agents(house)
    ]
    assert any(steps)
    assert all(len(each) <= 5 for each in steps)
    with house.inside():
        assert AuditEvent.objects.filter(action="agents.read_interactions").count() == 3


def test_a_discovery_is_queued_once(house: House, openai: Connection) -> None:
    with house.inside():
        Job.objects.all().delete()
    api = house.api("developer")
    (first,) = data(api.post("/agents/discover", {"connection": str(openai.pk)}), 202)
    (again,) = data(api.post("/agents/discover"), 202)
    assert first["id"] == again["id"]
    assert first["connection"] == str(openai.pk)


def test_the_summary_counts_what_is_there(house: House, openai: Connection) -> None:
    discover(house, openai)
    registered(house)
    summary = data(house.api("viewer").get("/agents/summary"))
    assert summary["agents"] == 4
    assert summary["vendors"] == [
        {"vendor": "openai", "vendor_name": "OpenAI", "agents": 3},
        {"vendor": "custom", "vendor_name": "Custom", "agents": 1},
    ]
    assert sum(summary["statuses"].values()) == sum(summary["health"].values()) == 4


def test_health_in_numbers(house: House, openai: Connection) -> None:
    empty = data(house.api("viewer").get("/metrics/health"))
    assert (empty["agents"], empty["healthy_ratio"], empty["vendors"]) == (0, None, [])
    discover(house, openai)
    for agent in agents(house):
        house.api("member").post(f"/agents/{agent.pk}/health-check")
    told = data(house.api("viewer").get("/metrics/health"))
    assert told["agents"] == 3
    assert told["healthy"] + told["degraded"] + told["down"] == 3
    assert told["vendors"][0]["vendor"] == "openai"
    assert 0 <= told["average_score"] <= 100


def test_the_file_runs_nothing_in_a_spreadsheet(house: House) -> None:
    dangerous = ["=1+1", "+1", "-1", "@x", " =1", "＝cmd", "%x", "|x"]
    for number, name in enumerate(dangerous):
        registered(house, name, vendor_agent_id=f"id{number}")
    registered(house, 'Harmless, "quoted"', vendor_agent_id="last")
    response = house.api("viewer").get("/agents/export.csv")
    assert response["Content-Type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(b"".join(response.streaming_content).decode())))
    names = [row["name"] for row in rows]
    assert len(names) == 9
    assert all(name.startswith("'") for name in names[:-1])
    assert names[-1] == 'Harmless, "quoted"'
    with house.inside():
        assert AuditEvent.objects.filter(action="agents.export").count() == 1


def test_the_file_holds_what_was_asked_for(house: House, neighbours: House) -> None:
    registered(house, "Blue one", vendor="google")
    registered(house, "Red one", vendor="openai")
    registered(neighbours, "Blue too", vendor="google")

    def names(**asked: str) -> list[str]:
        response = house.api("viewer").get("/agents/export.csv", **asked)
        text = b"".join(response.streaming_content).decode()
        return [row["name"] for row in csv.DictReader(io.StringIO(text))]

    assert names() == ["Blue one", "Red one"]
    assert names(vendor="google") == ["Blue one"]
    assert names(search="red") == ["Red one"]
    assert names(vendor="google", search="red") == []


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("delete", "/agents", {"GET", "POST", "HEAD", "OPTIONS"}),
        ("put", "/agents", {"GET", "POST", "HEAD", "OPTIONS"}),
        ("get", "/agents/discover", {"POST", "OPTIONS"}),
        ("patch", "/agents/summary", {"GET", "HEAD", "OPTIONS"}),
    ],
)
def test_a_method_that_is_not_there_is_told_with_those_that_are(
    house: House, method: str, path: str, allowed: set[str]
) -> None:
    for role in ("owner", "viewer"):
        answer = house.api(role).call(method, path)
        error = refused(answer, 405)
        assert error["code"] == "METHOD_NOT_ALLOWED"
        assert error["message"].startswith(f"There is no {method.upper()} here; there is ")
        assert set(answer["Allow"].split(", ")) == allowed


def test_options_tell_the_methods_of_a_path(house: House) -> None:
    for role in ("owner", "viewer"):
        told = data(house.api(role).call("options", "/agents"))
        assert told["methods"] == ["GET", "POST", "HEAD", "OPTIONS"]
        assert told["schema"] == "/api/schema"


def test_who_says_nothing_of_themselves_is_told_the_same_by_every_method() -> None:
    told = {refused(Api().call(method, "/agents"), 401)["message"] for method in METHODS}
    assert len(told) == 1


def test_what_a_list_does_not_know_is_named_with_what_it_knows(house: House) -> None:
    for path in ("/agents", "/connections"):
        error = refused(house.api().get(path, foo=1), 400)
        assert "does not know the parameter foo" in error["message"]
        assert "perPage" in error["details"]["allowed"]
        error = refused(house.api().get(path, page=999), 400)
        assert "leave page out and send cursor=" in error["message"]


def test_the_beginning_of_the_api_points_to_its_description() -> None:
    told = data(Api().get(""))
    assert told["docs"].endswith("/api/docs")
    assert "arm_sk_live_" in told["sign_in"]
