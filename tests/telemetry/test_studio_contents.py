"""What was said, in the Studio: on the page of a run, and all runs of a conversation in order."""

import json
from html import unescape
from typing import Any

import pytest

from governance.models import AuditEvent
from telemetry.models import Run
from tests.cast import Api, House
from tests.telemetry.senders import Trace
from tests.telemetry.test_contents import keep, said, talk, words

RUNS = "/studio/telemetry/run/"


def page(house: House, path: str, role: str = "developer") -> str:
    answer = house.browser(role).get(f"{RUNS}{path}")
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


@pytest.fixture
def run(house: House, api: Api) -> Run:
    keep(api, "full")
    talk(conversation="c-1").send(api)
    with house.inside():
        return Run.objects.get()


def readings(house: House) -> int:
    with house.inside():
        return int(AuditEvent.objects.filter(action="contents.read").count())


def test_a_run_says_what_there_is_before_anybody_reads_it(house: House, run: Run) -> None:
    shown = page(house, f"{run.pk}/change/")
    assert "kept in full" in shown
    assert "Read the conversation" in shown
    assert "on its way" not in shown
    assert readings(house) == 0


def test_who_reads_sees_turns_and_calls_beside_their_results(house: House, run: Run) -> None:
    shown = unescape(page(house, f"{run.pk}/change/?said"))
    for text in ("You are a porter.", "Where is my order 7?", '"order": 7', "It is on its way."):
        assert text in shown
    assert shown.count("On its way") == 1
    assert "noted in the audit log" in shown
    assert readings(house) == 1


def test_a_page_counts_what_redaction_took_out(house: House, api: Api) -> None:
    keep(api, "redacted")
    trace = Trace()
    message = json.dumps([said("user", words("Write to ana@example.com or bo@example.com"))])
    trace.span("chat", operation="chat", model="gpt-4o", gen_ai__input__messages=message)
    trace.send(api)
    with house.inside():
        run = Run.objects.get()
    shown = page(house, f"{run.pk}/change/?said")
    assert "Write to [email] or [email]" in shown
    assert "Taken out: 2 × email." in shown


def test_who_may_not_read_is_told_so_and_reads_nothing(house: House, run: Run) -> None:
    shown = page(house, f"{run.pk}/change/?said", "viewer")
    assert "contents.read" in shown
    assert "on its way" not in shown
    assert readings(house) == 0


def test_what_was_left_out_leads_to_the_rule_for_those_who_may_change_it(
    house: House, api: Api
) -> None:
    talk().send(api)
    with house.inside():
        run = Run.objects.get()
    assert "nothing is kept" in page(house, f"{run.pk}/change/?said")
    link = "/studio/telemetry/contentrule/"
    section = page(house, f"{run.pk}/change/?said", "admin").split('id="said"')[1]
    assert link in section
    assert link not in page(house, f"{run.pk}/change/?said").split('id="said"')[1]
    assert "not kept at present" in page(house, f"{run.pk}/change/")


def test_content_is_text_whatever_stands_in_it(house: House, api: Api) -> None:
    keep(api, "full")
    trace = Trace()
    evil = '<img src=x onerror="alert(1)"> [a](javascript:alert(1)) ![](http://evil.example/x)'
    message = json.dumps([said("user", words(evil))])
    trace.span("chat", operation="chat", model="gpt-4o", gen_ai__input__messages=message)
    trace.send(api)
    with house.inside():
        run = Run.objects.get()
    shown = page(house, f"{run.pk}/change/?said").split('id="said"')[1].split("</section>")[0]
    assert "<img" not in shown
    assert "<a " not in shown
    assert evil in unescape(shown)


def test_a_conversation_shows_its_runs_in_order_and_each_thing_once(
    house: House, api: Api, run: Run
) -> None:
    talk(conversation="c-1").send(api)
    shown = unescape(page(house, "conversation/?id=c-1&said"))
    assert "2 runs" in shown
    assert shown.count("Where is my order 7?") == 1
    assert readings(house) == 2
    unread = page(house, "conversation/?id=c-1")
    assert "Read what was said" in unread
    assert "order 7" not in unread
    assert house.browser("viewer").get(f"{RUNS}conversation/?id=c-9").status_code == 404
    assert house.browser("viewer").get(f"{RUNS}conversation/").status_code == 404


def test_strangers_find_no_conversation(house: House, neighbours: House, run: Run) -> None:
    answer: Any = neighbours.browser("owner").get(f"{RUNS}conversation/?id=c-1&said")
    assert answer.status_code == 404
