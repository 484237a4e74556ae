"""Events of ARM's own become runs, one by one, whatever their neighbours are."""

import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone
from jsonschema import Draft202012Validator

from telemetry.models import Run, Span
from tests.cast import Api, House
from tests.telemetry.senders import event

pytestmark = pytest.mark.usefixtures("way")

EVENTS = "/telemetry/events"


def post(api: Api, *events: Any) -> Any:
    answer = api.call("post", EVENTS, {"events": list(events)})
    assert answer.status_code == 200, answer.content
    return answer.json()["data"]


def at(seconds: float) -> str:
    return (timezone.now() + timedelta(seconds=seconds)).isoformat()


def a_run(run: str, status: str = "succeeded") -> list[dict[str, Any]]:
    return [
        event("RunStart", run, agent_name="porter", name="Fetch the bags", timestamp=at(-9)),
        event("ToolCall", run, tool_name="lift", action="up", latency_ms=1_500, timestamp=at(-5)),
        event("RunEnd", run, status=status, error="Too heavy" if status == "failed" else ""),
    ]


@pytest.mark.parametrize("status", ["succeeded", "failed"])
def test_events_become_a_run_that_ends_as_it_says(house: House, api: Api, status: str) -> None:
    told = post(api, *a_run(uuid4().hex, status))
    assert told == {"accepted": 3, "duplicates": 0, "rejected": []}
    with house.inside():
        run = Run.objects.select_related("source").get()
        tool = Span.objects.get(kind="tool")
    assert (run.name, run.status, run.tool_calls) == ("Fetch the bags", status, 1)
    assert str(run.source) == "porter"
    assert run.error_message == ("Too heavy" if status == "failed" else "")
    assert (tool.tool_name, tool.duration_us) == ("lift", 1_500_000)


def test_a_run_ends_as_it_says_in_whatever_order_it_is_told(house: House, api: Api) -> None:
    start, tool, end = a_run(uuid4().hex, "failed")
    for each in (end, tool, start):
        post(api, each)
    with house.inside():
        run = Run.objects.get()
    assert (run.name, run.status) == ("Fetch the bags", "failed")


def test_an_event_sent_again_changes_nothing(house: House, api: Api) -> None:
    events = a_run(uuid4().hex)
    post(api, *events)
    assert post(api, *events) == {"accepted": 0, "duplicates": 3, "rejected": []}
    with house.inside():
        assert Run.objects.get().spans == 3


def test_enveloped_events_are_understood_too(house: House, api: Api) -> None:
    meta = {"session_id": "s-1", "user_id": "u-1", "created_at": at(0)}
    call = {
        "type": "llm.complete",
        "provider": "openai",
        "model": "gpt-4o",
        "input_tokens": 1_000,
        "output_tokens": 100,
        "latency_ms": 800,
    }
    post(
        api,
        {"meta": {**meta, "idempotency_key": "k-1"}, "payload": {"type": "message.user"}},
        {"meta": {**meta, "idempotency_key": "k-2"}, "payload": call, "version": "v1"},
    )
    with house.inside():
        run = Run.objects.get()
    assert (run.conversation, run.end_user, run.llm_calls) == ("s-1", "u-1", 1)
    assert run.cost > 0


def test_an_event_that_cannot_be_kept_is_refused_by_itself(house: House, api: Api) -> None:
    run = uuid4().hex
    told = post(
        api,
        event("RunStart", run),
        event("Nonsense", run),
        event("ToolCall", run, timestamp="yesterday"),
        event("ToolCall", run, timestamp="1999-01-01T00:00:00Z"),
        event("ToolCall", run, tenant_id=str(uuid4())),
        event("ToolCall", ""),
        {**event("ToolCall", run), "event_id": None},
        {**event("ToolCall", run), "version": "v9"},
        "not an event",
        {"event_id": 5},
    )
    assert told["accepted"] == 1
    assert [each["index"] for each in told["rejected"]] == list(range(1, 10))
    assert all(each["reason"].endswith(".") for each in told["rejected"])


def test_the_tenant_of_an_event_is_that_of_its_key_or_it_is_refused(
    house: House, api: Api, neighbours: House
) -> None:
    mine = event("RunStart", uuid4().hex, tenant_id=str(house.organization.pk))
    theirs = event("RunStart", uuid4().hex, tenant_id=str(neighbours.organization.pk))
    assert post(api, mine, theirs)["accepted"] == 1
    with neighbours.inside():
        assert not Run.objects.exists()


def test_what_was_said_follows_the_rule_for_content(house: House, api: Api) -> None:
    def conversation(asked: str) -> tuple[Any, str]:
        run = uuid4().hex
        call = {"tool_name": "lift", "tool_call_id": "c-1"}
        post(
            api,
            event("RunStart", run, agent_name="porter", timestamp=at(-9)),
            event("message.user", run, content=asked, timestamp=at(-8)),
            event("tool.call", run, arguments={"bags": 2}, **call, timestamp=at(-7)),
            event("tool.result", run, result="Both are up", **call, timestamp=at(-6)),
            event("llm.complete", run, model="gpt-4o", output="Done.", timestamp=at(-5)),
            event("message.assistant", run, content="Done.", timestamp=at(-4)),
        )
        with house.inside():
            pk = Run.objects.values_list("pk", flat=True).latest("created_at")
            kept = str(list(Span.objects.values_list("attributes_json", "error_message")))
        return api.get(f"/runs/{pk}/messages").json()["data"], kept

    told, kept = conversation("Mine too: ana@example.com")
    assert told["messages"] == []
    assert "ana" not in kept
    assert api.post("/content-rules", {"mode": "redacted"}).status_code == 201
    told, _ = conversation("Mine too: ana@example.com")
    parts = [part for each in told["messages"] for part in each["parts"]]
    assert [part.get("content") for part in parts] == ["Mine too: [email]", None, "Done."]
    assert parts[1] | {"id": ""} == {
        "type": "tool_call",
        "id": "",
        "name": "lift",
        "arguments": {"bags": 2},
    }


@pytest.mark.parametrize("body", [b" ", b"{", b"[1", b'{"events": 5}', b'"x"', b"[" * 5_000])
def test_what_is_no_batch_is_refused(api: Api, body: bytes) -> None:
    answer = api.client.post(
        f"/api/v1{EVENTS}", body, content_type="application/json", headers=api.headers
    )
    assert answer.status_code == 400
    assert "events" in answer.json()["error"]["message"]


def test_the_published_schema_describes_what_is_taken(api: Api) -> None:
    schema = api.call("get", f"{EVENTS}/schema").json()["data"]
    Draft202012Validator.check_schema(schema)
    valid = Draft202012Validator(schema)
    assert valid.is_valid({"events": a_run(uuid4().hex)})
    meta = {"idempotency_key": "k", "created_at": at(0)}
    assert valid.is_valid({"events": [{"meta": meta, "payload": {"type": "llm.complete"}}]})
    assert not valid.is_valid({"events": [{"event_id": "e", "event_type": "Nonsense"}]})


def test_numbers_and_texts_of_the_wrong_kind_are_left_out(house: House, api: Api) -> None:
    odd = {"latency_ms": "soon", "input_tokens": -5, "model": ["x"], "output_tokens": 2**70}
    body = json.dumps([event("llm.complete", uuid4().hex, **odd)])
    answer = api.client.post(
        f"/api/v1{EVENTS}", body, content_type="application/json", headers=api.headers
    )
    assert answer.json()["data"]["accepted"] == 1
    with house.inside():
        span = Span.objects.get()
    assert (span.input_tokens, span.output_tokens, span.model) == (None, None, "")


def test_what_no_database_can_hold_is_replaced_wherever_it_stands(house: House, api: Api) -> None:
    told = event("ToolCall", uuid4().hex, tool_name="a\0b\\u0000", agent_name="\0")
    assert post(api, {**told, "instance_id": "one\0"})["accepted"] == 1
    with house.inside():
        span = Span.objects.get()
    assert span.tool_name == "a\ufffdb\\u0000"
