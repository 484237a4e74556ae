"""What was said: kept under its mode, sealed, once, and read by those who may."""

import json
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.db.models import QuerySet

from accounts.actions.reseal_values import reseal_values
from accounts.actions.rotate_organization_key import rotate_organization_key
from agents.models import Agent
from governance.models import AuditEvent
from telemetry.actions.claim_sources import claim_sources
from telemetry.models import Message, Run, Span, SpanContent
from tests.cast import Api, House
from tests.telemetry.senders import Trace

SYSTEM = "You are a porter."
ASKED = "Where is my order 7? I am bob@acme.example."
CALL = {"type": "tool_call", "id": "call_1", "name": "lookup_order", "arguments": {"order": 7}}
FOUND = {"type": "tool_call_response", "id": "call_1", "response": "On its way"}
ANSWER = "It is on its way."


def said(role: str, *parts: dict[str, Any]) -> dict[str, Any]:
    return {"role": role, "parts": list(parts)}


def words(text: str) -> dict[str, Any]:
    return {"type": "text", "content": text}


def talk(trace: Trace | None = None, agent: str = "porter", **more: Any) -> Trace:
    """Return a run in which a model asks for a tool and then answers, with all its content."""
    trace = trace or Trace()
    user, call, found = said("user", words(ASKED)), said("assistant", CALL), said("tool", FOUND)
    chat = {
        "operation": "chat",
        "provider": "openai",
        "model": "gpt-4o",
        "agent": agent,
        "gen_ai__system_instructions": json.dumps([words(SYSTEM)]),
    }
    trace.span(
        "chat gpt-4o",
        took=1.0,
        gen_ai__input__messages=json.dumps([user]),
        gen_ai__output__messages=json.dumps([call]),
        **chat,
    )
    trace.span(
        "execute_tool lookup_order",
        after=1.0,
        took=0.5,
        operation="execute_tool",
        tool="lookup_order",
        agent=agent,
        gen_ai__tool__call__id="call_1",
        gen_ai__tool__call__arguments='{"order": 7}',
        gen_ai__tool__call__result="On its way",
    )
    trace.span(
        "chat gpt-4o",
        after=1.5,
        gen_ai__input__messages=json.dumps([user, call, found]),
        gen_ai__output__messages=json.dumps([said("assistant", words(ANSWER))]),
        **chat,
        **more,
    )
    return trace


def keep(api: Api, mode: str, agent: Agent | None = None) -> None:
    body = {"mode": mode, **({"agent": str(agent.pk)} if agent else {})}
    assert api.post("/content-rules", body).status_code == 201


def the_run(house: House) -> Run:
    with house.inside():
        return Run.objects.get()


def count(house: House, rows: QuerySet[Any]) -> int:
    with house.inside():
        return rows.count()


def test_nothing_is_kept_unless_a_rule_says_so(house: House, api: Api) -> None:
    talk().send(api)
    assert count(house, Message.objects.all()) == count(house, SpanContent.objects.all()) == 0
    told = api.get(f"/runs/{the_run(house).pk}/messages").json()["data"]
    assert told == {"messages": [], "modes": [], "redacted": {}, "left_out": 3, "is_cut": False}
    with house.inside():
        assert not AuditEvent.objects.filter(action="contents.read").exists()


def test_what_was_said_is_told_once_and_in_time(house: House, api: Api) -> None:
    keep(api, "full")
    talk().send(api)
    run = the_run(house)
    told = api.get(f"/runs/{run.pk}/messages").json()["data"]
    assert [(each["role"], each["parts"], each["is_answer"]) for each in told["messages"]] == [
        ("system", [words(SYSTEM)], False),
        ("user", [words(ASKED)], False),
        ("assistant", [CALL], True),
        ("tool", [FOUND], False),
        ("assistant", [words(ANSWER)], True),
    ]
    assert (told["modes"], told["left_out"], told["is_cut"]) == (["full"], 0, False)
    assert count(house, Message.objects.all()) == 5


def test_calls_of_tools_stand_beside_what_came_of_them(house: House, api: Api) -> None:
    keep(api, "full")
    talk().send(api)
    (call,) = api.get(f"/runs/{the_run(house).pk}/tool-calls").json()["data"]["tool_calls"]
    assert (call["tool_call_id"], call["name"], call["arguments"]) == (
        "call_1",
        "lookup_order",
        {"order": 7},
    )
    assert (call["result"], call["duration_ms"]) == ("On its way", 500.0)


def test_what_is_sent_twice_is_kept_once(house: House, api: Api) -> None:
    keep(api, "full")
    trace = talk()
    trace.send(api)
    trace.send(api)
    assert count(house, SpanContent.objects.all()) == 3
    assert count(house, Message.objects.all()) == 5


def test_nothing_said_stands_in_the_database_in_the_clear(house: House, api: Api) -> None:
    keep(api, "full")
    talk().send(api)
    with house.inside(), connection.cursor() as cursor:
        for table in ("telemetry_message", "telemetry_spancontent", "telemetry_span"):
            cursor.execute(f"SELECT string_agg(t::text, '') FROM {table} t")
            text = cursor.fetchone()[0]
            assert "on its way" not in text.lower()
            assert b"on its way".hex() not in text.lower()


def test_redaction_leaves_nothing_of_it_anywhere(house: House, api: Api) -> None:
    keep(api, "redacted")
    api.post("/redaction-patterns", {"kind": "order", "expression": "order [0-9]+"})
    trace = talk(note="call +49 30 1234567")
    trace.span("work", error="No route to 10.0.0.7 for bob@acme.example.")
    trace.send(api)
    told = api.get(f"/runs/{the_run(house).pk}/messages").json()["data"]
    assert told["messages"][1]["parts"] == [words("Where is my [order]? I am [email].")]
    assert told["redacted"] == {"email": 3, "order": 2, "ip": 1, "phone": 1}
    with house.inside():
        errors = list(Span.objects.values_list("error_message", flat=True))
        noted = [span.attributes.get("note") for span in Span.objects.all()]
    assert "No route to [ip] for [email]." in errors
    assert "call [phone]" in noted


@pytest.mark.parametrize("mode", ["metadata_only", "redacted"])
def test_what_keeps_least_keeps_no_address_in_names_errors_and_attributes(
    house: House, api: Api, mode: str
) -> None:
    keep(api, mode)
    trace = talk(note="call +49 30 1234567", userQuestion="Where is it?", card=4111111111111111)
    trace.span("mail bob@acme.example", error="No route to 10.0.0.7 with sk-1234567890.")
    trace.span("plain", place="a shelf")
    trace.send(api)
    with house.inside():
        spans = list(Span.objects.all())
        run = Run.objects.get()
    kept = {name: value for span in spans for name, value in span.attributes.items()}
    assert kept["note"] == "call [phone]"
    assert kept["card"] == "[card]"
    assert kept["place"] == "a shelf"
    assert "userQuestion" not in kept
    assert "mail [email]" in {span.name for span in spans}
    said = "No route to [ip] with [secret]."
    assert run.error_message == said
    assert said in {span.error_message for span in spans}


def test_the_rule_of_an_agent_wins_over_that_of_the_organization(house: House, api: Api) -> None:
    talk(agent="porter").send(api)
    talk(agent="guard").send(api)
    with house.inside():
        claim_sources()
        porter = Agent.objects.get(name="porter")
    keep(api, "full")
    keep(api, "metadata_only", porter)
    talk(agent="porter").send(api)
    assert count(house, SpanContent.objects.all()) == 0
    talk(agent="guard").send(api)
    assert count(house, SpanContent.objects.all()) == 3


def test_a_step_that_names_no_agent_follows_the_strictest_of_its_service(
    house: House, api: Api
) -> None:
    talk(agent="porter").send(api)
    with house.inside():
        claim_sources()
        porter = Agent.objects.get(name="porter")
    keep(api, "full")
    keep(api, "metadata_only", porter)
    talk(agent="").send(api)
    assert count(house, SpanContent.objects.all()) == 0
    talk(Trace(service="elsewhere"), agent="").send(api)
    assert count(house, SpanContent.objects.all()) == 3


def test_reading_needs_its_own_right_and_is_recorded(
    house: House, neighbours: House, api: Api
) -> None:
    keep(api, "full")
    talk().send(api)
    path = f"/runs/{the_run(house).pk}/messages"
    assert house.api("member").get(path).status_code == 403
    assert neighbours.api().get(path).status_code == 404
    assert house.api("developer").get(path).status_code == 200
    with house.inside():
        (event,) = AuditEvent.objects.filter(action="contents.read")
        assert event.details == {"messages": 5}


def test_messages_come_in_pages_and_only_a_page_is_opened(house: House, api: Api) -> None:
    keep(api, "full")
    trace = Trace()
    for number in range(60):
        words_of = json.dumps(
            [said("user", words(f"{number}a")), said("user", words(f"{number}b"))]
        )
        told = {"gen_ai__input__messages": words_of}
        trace.span("chat", operation="chat", model="gpt-4o", after=number, **told)
    trace.send(api)
    path = f"/runs/{the_run(house).pk}/messages"
    expected = [f"{number}{which}" for number in range(60) for which in "ab"]

    def page(**asked: Any) -> tuple[list[str], dict[str, Any]]:
        answer = api.get(path, **asked).json()
        messages = answer["data"]["messages"]
        return [each["parts"][0]["content"] for each in messages], answer["meta"]

    first, meta = page()
    assert first == expected[:20]
    assert (meta["page"], meta["perPage"], meta["total"]) == (1, 20, 120)
    assert page(page=2, perPage=50)[0] == expected[50:100]
    assert page(page=9) == ([], {**meta, "page": 9, "nextCursor": None})
    read, cursor = first, meta["nextCursor"]
    while cursor:
        more, meta = page(cursor=cursor, perPage=70)
        read, cursor = read + more, meta["nextCursor"]
    assert read == expected
    with house.inside():
        event = AuditEvent.objects.filter(action="contents.read").order_by("id").first()
        assert event is not None
        assert event.details == {"messages": 20}
    for wrong in ({"cursor": uuid4().hex}, {"cursor": "x", "page": 1}, {"perPage": 101}):
        assert api.get(path, **wrong).status_code == 400


def test_what_is_too_long_is_cut_and_said_to_be(house: House, api: Api) -> None:
    keep(api, "full")
    trace = Trace()
    long = json.dumps([said("user", words("x" * 100_000))])
    trace.span("chat", operation="chat", model="gpt-4o", gen_ai__input__messages=long)
    trace.send(api)
    told = api.get(f"/runs/{the_run(house).pk}/messages").json()["data"]
    assert told["is_cut"] is told["messages"][0]["is_cut"] is True
    assert len(told["messages"][0]["parts"][0]["content"]) == 2**16 + 1


def test_content_outlives_a_new_key_and_not_a_destroyed_one(house: House, api: Api) -> None:
    keep(api, "full")
    talk().send(api)
    run = the_run(house)
    with house.inside():
        rotate_organization_key()
        assert reseal_values() >= 6
        assert {bytes(row.sealed)[2] for row in Message.objects.all()} == {2}
    talk(Trace(trace_id=run.trace_id.bytes)).send(api)
    assert count(house, Message.objects.all()) == 5
    told = api.get(f"/runs/{run.pk}/messages").json()["data"]
    assert told["messages"][-1]["parts"] == [words(ANSWER)]
    with house.inside():
        Message.objects.update(sealed=b"\x01\x00\x01" + b"0" * 60)
    assert api.get(f"/runs/{run.pk}/messages").json()["data"]["messages"] == []


@pytest.mark.parametrize("parts", ["[1, 2]", "null", '[{"role": "user", "parts": [[[]]]}]', "{"])
def test_strange_content_is_kept_or_left_out_but_never_refused(
    house: House, api: Api, parts: str
) -> None:
    keep(api, "redacted")
    trace = Trace()
    trace.span("chat", operation="chat", model="gpt-4o", gen_ai__input__messages=parts)
    assert trace.send(api).status_code == 200
    assert api.get(f"/runs/{the_run(house).pk}/messages").status_code == 200
