"""Runs over the API: who sees them, how they are narrowed down, and what they are made of."""

import csv
import io
from uuid import uuid4

import pytest
from django.utils import timezone

from telemetry.models import Run, Source
from tests.cast import Api, House
from tests.telemetry.senders import Trace, work


@pytest.fixture
def runs(house: House, api: Api) -> dict[str, Run]:
    work("alpha", conversation="c-1", user__id="u-1").send(api)
    work("beta", error="Out of paper.").send(api)
    with house.inside():
        return {run.source.agent_name: run for run in Run.objects.select_related("source")}


def listed(api: Api, **query: object) -> list[str]:
    answer = api.call("get", "/runs", **query)
    assert answer.status_code == 200, answer.content
    return [run["agent_name"] for run in answer.json()["data"]]


def test_runs_are_listed_newest_first(api: Api, runs: dict[str, Run]) -> None:
    assert sorted(listed(api)) == ["alpha", "beta"]
    assert listed(api, ordering="-started_at") == listed(api)


def test_runs_are_narrowed_down(house: House, api: Api, runs: dict[str, Run]) -> None:
    assert listed(api, status="failed") == ["beta"]
    assert listed(api, has_errors="true") == ["beta"]
    assert listed(api, has_errors="false") == ["alpha"]
    assert listed(api, conversation_id="c-1") == ["alpha"]
    assert listed(api, source=runs["alpha"].source_id) == ["alpha"]
    assert listed(api, trace_id=runs["beta"].trace_id.hex) == ["beta"]
    assert listed(api, model="gpt-4o", cost_from="100") == []
    assert listed(api, started_after=timezone.now().isoformat()) == []
    assert len(listed(api, started_before=timezone.now().isoformat(), model="gpt-4o")) == 2
    assert listed(api, agent=uuid4()) == []


def test_the_steps_of_a_run_are_listed_in_time(api: Api, runs: dict[str, Run]) -> None:
    steps = api.call("get", f"/runs/{runs['alpha'].pk}/spans").json()["data"]
    assert [step["kind"] for step in steps] == ["agent", "llm", "tool", "llm"]
    top, call, tool, _ = steps
    assert (top["parent_id"], call["parent_id"]) == ("", top["span_id"])
    assert (tool["tool_name"], tool["duration_ms"]) == ("lookup_order", 200.0)
    assert (call["input_tokens"], call["cost"]) == (1_000, "0.0035000000")


def test_strangers_and_people_without_the_right_see_nothing(
    house: House, neighbours: House, runs: dict[str, Run]
) -> None:
    assert listed(neighbours.api()) == []
    pk = runs["alpha"].pk
    assert neighbours.api().call("get", f"/runs/{pk}").status_code == 404
    assert neighbours.api().call("get", f"/runs/{pk}/spans").status_code == 404
    assert neighbours.api().call("get", f"/runs/{pk}/export.csv").status_code == 404
    assert house.api("auditor").call("get", "/runs").status_code == 403
    assert len(listed(house.api("viewer"))) == 2


def test_runs_and_one_runs_steps_are_taken_out_as_files(api: Api, runs: dict[str, Run]) -> None:
    answer = api.call("get", "/runs/export.csv", status="failed")
    rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode())))
    assert [row["agent"] for row in rows] == ["beta"]
    answer = api.call("get", f"/runs/{runs['alpha'].pk}/export.csv")
    rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode())))
    assert [row["kind"] for row in rows] == ["agent", "llm", "tool", "llm"]


def test_who_reports_and_what_was_refused_is_listed(house: House, api: Api) -> None:
    trace = work()
    trace.spans.add(trace_id=b"short", span_id=b"b" * 8, name="broken", start_time_unix_nano=1)
    trace.send(api)
    (source,) = api.call("get", "/telemetry/sources").json()["data"]
    assert (source["agent_name"], source["service"]) == ("support-agent", "helpdesk")
    (refusal,) = api.call("get", "/telemetry/rejections").json()["data"]
    assert (refusal["door"], refusal["items"]) == ("traces", 1)
    with house.inside():
        assert str(Source.objects.get().pk) == source["id"]


def test_a_list_of_runs_asks_the_database_the_same_whatever_its_length(
    api: Api, django_assert_max_num_queries: object
) -> None:
    for name in ("a", "b", "c", "d"):
        work(name, trace=Trace(service=name)).send(api)
    with django_assert_max_num_queries(12):  # type: ignore[operator]
        listed(api)
