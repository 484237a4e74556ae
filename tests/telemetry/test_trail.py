"""The trail of a run: everything about one request in one document, for those who may see it."""

import json
from typing import Any

import pytest

from agents.models import Agent
from governance.actions.raise_alert import raise_alert
from governance.models import AuditEvent
from telemetry.actions.claim_sources import claim_sources
from telemetry.models import Run
from tests.cast import Api, House
from tests.telemetry.test_contents import keep, talk


@pytest.fixture
def run(house: House, api: Api) -> Run:
    keep(api, "full")
    talk().send(api)
    with house.inside():
        claim_sources()
        raise_alert("trouble", Agent.objects.get(), name="Trouble", message="It is slow.")
        run = Run.objects.get()
    api.post("/feedback", {"run_id": str(run.pk), "helpful": True})
    return run


def trail(api: Api, run: Run) -> Any:
    answer = api.get(f"/runs/{run.pk}/trail")
    assert answer.status_code == 200, answer.content
    return answer.json()["data"]


def test_a_trail_tells_everything_about_a_request(api: Api, run: Run) -> None:
    api.get(f"/runs/{run.pk}/messages")
    told = trail(api, run)
    assert told["run"]["trace_id"] == run.trace_id.hex
    assert [step["kind"] for step in told["spans"]] == ["llm", "tool", "llm"]
    assert told["content"]["messages"][-1]["parts"][0]["content"] == "It is on its way."
    assert told["content"]["tool_calls"][0]["result"] == "On its way"
    assert told["feedback"][0]["helpful"] is True
    assert [(line["model"], line["calls"]) for line in told["costs"]] == [("gpt-4o", 2)]
    assert "contents.read" in [event["action"] for event in told["audit_events"]]
    assert [alert["message"] for alert in told["alerts"]] == ["It is slow."]
    assert (told["withheld"], told["is_cut"]) == ([], False)


def test_who_may_see_less_is_told_what_is_withheld(house: House, run: Run) -> None:
    told = trail(house.api("viewer"), run)
    assert told["withheld"] == ["audit_events", "content"]
    assert told["content"] is told["audit_events"] is None
    assert "on its way" not in json.dumps(told).lower()


def test_taking_a_trail_is_recorded_and_closed_to_strangers(
    house: House, neighbours: House, run: Run
) -> None:
    assert neighbours.api().get(f"/runs/{run.pk}/trail").status_code == 404
    trail(house.api("viewer"), run)
    with house.inside():
        event = AuditEvent.objects.get(action="runs.take_trail")
    assert event.details["withheld"] == ["audit_events", "content"]


def test_the_studio_gives_the_same_document_as_a_file(house: House, api: Api, run: Run) -> None:
    answer = house.browser("owner").get(f"/studio/telemetry/run/{run.pk}/trail.json")
    assert f"trail-{run.trace_id.hex}.json" in answer["Content-Disposition"]
    given, told = json.loads(answer.content), trail(api, run)
    assert given["content"] == told["content"]
    assert given["spans"] == told["spans"]
