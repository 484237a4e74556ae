"""Feedback: given once under its name, before or after its run, by people and by evaluators."""

from typing import Any
from uuid import uuid4

import pytest

from telemetry.actions.claim_sources import claim_sources
from telemetry.models import Feedback, Run, Source
from tests.cast import Api, House
from tests.telemetry.senders import Trace, work

PATH = "/feedback"


def test_feedback_is_given_before_its_run_arrives(house: House, api: Api) -> None:
    trace = work("porter")
    body = {"trace_id": trace.trace_id.hex(), "helpful": False, "comment": "Slow.", "user": "u-1"}
    given = api.post(PATH, body)
    assert given.status_code == 201, given.content
    trace.send(api)
    with house.inside():
        run = Run.objects.get()
    (told,) = api.get(PATH, run_id=run.pk).json()["data"]
    assert (told["helpful"], told["comment"], told["user"]) == (False, "Slow.", "u-1")
    assert told["source"] == "user"
    listed = [each["id"] for each in api.get("/runs", feedback="not_helpful").json()["data"]]
    assert listed == [str(run.pk)]
    assert api.get("/runs", feedback="helpful").json()["data"] == []
    assert len(api.get("/runs", feedback="any").json()["data"]) == 1


def test_the_same_feedback_again_changes_nothing(house: House, api: Api) -> None:
    body = {"feedback_id": "f-1", "trace_id": uuid4().hex, "helpful": True}
    first, again = api.post(PATH, body), api.post(PATH, {**body, "helpful": False})
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json()["data"] == first.json()["data"]
    with house.inside():
        assert Feedback.objects.get().helpful is True


def test_feedback_is_about_a_step_or_a_message_too(api: Api) -> None:
    about = {"span_id": "b7ad6b7169203331", "message_id": str(uuid4())}
    body = {"trace_id": uuid4().hex, "score": 0.5, "tag": "tone", **about}
    told = api.post(PATH, body).json()["data"]
    assert {name: told[name] for name in about} == about
    assert (told["score"], told["tag"]) == (0.5, "tone")
    assert api.get(PATH, score_from="0.4", tag="tone").json()["data"] == [told]
    assert api.get(PATH, score_below="0.4").json()["data"] == []


@pytest.mark.parametrize(
    "body",
    [
        {"helpful": True},
        {"trace_id": uuid4().hex},
        {"trace_id": "no", "helpful": True},
        {"trace_id": uuid4().hex, "span_id": "xyz", "helpful": True},
        {"trace_id": uuid4().hex, "score": "nan"},
        {"run_id": str(uuid4()), "helpful": True},
    ],
)
def test_feedback_that_says_nothing_of_nothing_is_refused(api: Api, body: dict[str, str]) -> None:
    assert api.post(PATH, body).status_code == 400


def test_only_those_who_may_give_it_and_nobody_sees_that_of_others(
    house: House, neighbours: House, api: Api
) -> None:
    work("porter").send(api)
    with house.inside():
        run = Run.objects.get()
    body = {"run_id": str(run.pk), "helpful": True, "feedback_id": "f-1"}
    assert house.api("viewer").post(PATH, body).status_code == 403
    assert neighbours.api().post(PATH, body).status_code == 400
    assert house.api("member").post(PATH, body).status_code == 201
    theirs = neighbours.api().post(PATH, {**body, "run_id": None, "trace_id": run.trace_id.hex})
    assert theirs.status_code == 400
    del body["run_id"]
    assert neighbours.api().post(PATH, {**body, "trace_id": run.trace_id.hex}).status_code == 201
    assert len(api.get(PATH).json()["data"]) == len(neighbours.api().get(PATH).json()["data"]) == 1


def test_comments_are_sealed_and_free_of_secrets(house: House, api: Api) -> None:
    body = {"trace_id": uuid4().hex, "comment": "My key is sk-abcdefghijkl."}
    assert api.post(PATH, body).json()["data"]["comment"] == "My key is [secret]."
    with house.inside():
        assert b"My key" not in bytes(Feedback.objects.get().comment_sealed)


def test_comments_are_redacted_unless_all_is_kept_of_what_the_agent_says(
    house: House, api: Api
) -> None:
    def kept(trace: Trace) -> Any:
        body = {
            "trace_id": trace.trace_id.hex(),
            "comment": "EMP-7 of bob@acme.example: sk-abcdefghijkl",
        }
        return api.post(PATH, body).json()["data"]["comment"]

    api.post("/redaction-patterns", {"kind": "staff", "expression": "EMP-[0-9]+"})
    freed, whole = "[staff] of [email]: [secret]", "EMP-7 of bob@acme.example: [hidden]"
    here, elsewhere = work("porter"), work("clerk")
    here.send(api)
    elsewhere.send(api)
    with house.inside():
        claim_sources()
        porter = Source.objects.get(agent_name="porter").agent
    assert kept(here) == freed
    api.post("/content-rules", {"mode": "full"})
    assert kept(here) == kept(Trace()) == whole
    api.post("/content-rules", {"mode": "redacted", "agent": str(porter.pk)})
    assert kept(here) == freed
    assert kept(elsewhere) == whole
    assert kept(Trace()) == freed  # nobody knows whose run it will turn out to be


def judged(trace: Trace) -> Trace:
    told = {"gen_ai.evaluation.name": "Relevance", "gen_ai.evaluation.score.value": 0.25}
    trace.span("chat", operation="chat", model="gpt-4o", agent="porter")
    event = trace.spans[-1].events.add(name="gen_ai.evaluation.result")
    event.time_unix_nano = trace.began
    for key, value in {**told, "gen_ai.evaluation.explanation": "Off the point."}.items():
        attribute = event.attributes.add(key=key)
        if isinstance(value, float):
            attribute.value.double_value = value
        else:
            attribute.value.string_value = value
    return trace


def test_judgements_told_in_spans_are_feedback_of_evaluators(house: House, api: Api) -> None:
    trace = judged(Trace())
    trace.send(api)
    trace.send(api)
    (told,) = api.get(PATH, source="evaluator").json()["data"]
    assert (told["tag"], told["score"], told["comment"]) == ("Relevance", 0.25, "")
    api.post("/content-rules", {"mode": "full"})
    judged(Trace()).send(api)
    assert api.get(PATH).json()["data"][0]["comment"] == "Off the point."


def test_feedback_is_given_and_seen_on_the_page_of_a_run(house: House, api: Api) -> None:
    work("porter").send(api)
    with house.inside():
        run = Run.objects.get()
    browser, page = house.browser("member"), f"/studio/telemetry/run/{run.pk}/"
    assert "Nobody has said anything" in browser.get(f"{page}change/").content.decode()
    answer = browser.post(f"{page}feedback/", {"helpful": "no", "comment": "<b>Slow</b>"})
    assert answer.status_code == 302
    shown = browser.get(f"{page}change/").content.decode()
    assert "&lt;b&gt;Slow&lt;/b&gt;" in shown
    assert "member of Acme" in shown
    listed = browser.get("/studio/telemetry/run/?feedback=not_helpful").content.decode()
    assert "invoke_agent porter" in listed
    assert "Not helpful (1)" in listed
    assert (
        "invoke_agent porter"
        not in browser.get("/studio/telemetry/run/?feedback=helpful").content.decode()
    )
    viewer = house.browser("viewer")
    assert viewer.post(f"{page}feedback/", {"helpful": "no"}).status_code == 403
    assert "Slow" in viewer.get("/studio/telemetry/feedback/").content.decode()


def test_what_an_evaluator_quotes_is_for_those_who_may_read_what_was_said(
    house: House, api: Api
) -> None:
    trace = work("porter")
    trace.send(api)
    quoted = f"It said {uuid4().hex}."
    body = {"trace_id": trace.trace_id.hex(), "feedback_id": "e-1", "source": "evaluator"}
    api.post(PATH, {**body, "score": 0.2, "comment": quoted})
    with house.inside():
        run = Run.objects.get()
    places = (PATH, f"/runs/{run.pk}/trail")
    assert all(quoted.encode() in api.get(path).content for path in places)
    viewer = house.api("viewer")
    assert not any(quoted.encode() in viewer.get(path).content for path in places)
    (given,) = api.get(PATH).json()["data"]
    listed = "/studio/telemetry/feedback/"
    pages = (listed, f"{listed}{given['id']}/change/", f"/studio/telemetry/run/{run.pk}/change/")
    for role, may in (("owner", True), ("viewer", False)):
        browser = house.browser(role)
        assert [quoted.encode() in browser.get(page).content for page in pages] == [may] * 3


def test_who_may_only_give_feedback_reads_none_under_a_name_that_was_used(
    house: House, api: Api
) -> None:
    body = {"feedback_id": "f-1", "trace_id": uuid4().hex, "comment": "Between us."}
    api.post(PATH, body)
    again = house.api("member", scopes=["feedback.write"]).post(PATH, {**body, "comment": "x"})
    assert again.status_code == 200
    assert again.json()["data"]["comment"] == ""
