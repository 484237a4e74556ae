"""Runs in the Studio: the list, one run with its steps, and one step."""

import json
import re
from html import unescape
from typing import Any

import pytest

from telemetry.models import Run, Source, Span
from telemetry.reports.run_tree import run_tree
from tests.cast import Api, House
from tests.telemetry.senders import Trace, work

LIST = "/studio/telemetry/run/"


def text(answer: Any) -> str:
    assert answer.status_code == 200, answer.status_code
    return unescape(answer.content.decode())


@pytest.fixture
def run(house: House, api: Api) -> Run:
    work("porter", error="Jammed <b>tight</b>.", conversation="c-7").send(api)
    with house.inside():
        return Run.objects.get()


def test_an_empty_list_says_how_to_send_traces(house: House) -> None:
    page = text(house.browser("developer").get(LIST))
    assert "OTEL_EXPORTER_OTLP_ENDPOINT=http" in page
    assert "Issue an API key" in page
    assert "Ask somebody who may" in text(house.browser("viewer").get(LIST))


def test_the_list_tells_runs_apart_and_finds_them(house: House, run: Run) -> None:
    browser = house.browser("viewer")
    page = text(browser.get(LIST))
    assert "invoke_agent porter" in page
    assert "2 failed" in page
    searched = (f"?q={run.trace_id.hex}", "?q=c-7", "?q=Porter")
    for found in (*searched, "?status=failed", "?conversation=c-7"):
        assert "invoke_agent porter" in text(browser.get(LIST + found)), found
    for other in ("?q=c-8", "?status=succeeded", "?status=nonsense", "?cost=10", "?agent=x"):
        assert "invoke_agent porter" not in text(browser.get(LIST + other)), other


def test_sources_are_found_by_how_a_name_of_several_words_begins(house: House, api: Api) -> None:
    work("Night clerk").send(api)
    browser = house.browser("viewer")
    listed = "/studio/telemetry/source/"
    assert "Night clerk" in text(browser.get(f"{listed}?q=night cl"))
    assert "Night clerk" not in text(browser.get(f"{listed}?q=clerk"))
    with house.inside():
        source = Source.objects.get()
    page = text(browser.get(f"{listed}{source.pk}/change/"))
    assert "/studio/telemetry/run/?q=Night+clerk" in page


def test_a_run_shows_its_steps_as_a_tree(house: House, run: Run) -> None:
    page = house.browser("viewer").get(f"{LIST}{run.pk}/change/")
    assert "Jammed <b>tight</b>." not in page.content.decode()
    data = re.search(r'<script id="tm-data" type="application/json">(.*?)</script>', text(page))
    steps = json.loads(data.group(1) if data else "")
    assert [(step[1], step[3]) for step in steps] == [
        (0, "agent"),
        (1, "llm"),
        (1, "tool"),
        (1, "llm"),
    ]
    assert [step[4] for step in steps] == ["error", "unset", "error", "unset"]


def test_a_step_tells_what_it_did(house: House, run: Run) -> None:
    with house.inside():
        call = Span.objects.filter(kind="llm").order_by("started_at").first()
    assert call is not None
    page = text(house.browser("viewer").get(f"{LIST}{run.pk}/steps/{call.pk}/"))
    assert "gpt-4o" in page
    assert "1000 / 100" in page


def test_strangers_and_people_without_the_right_see_no_run(
    house: House, neighbours: House, run: Run
) -> None:
    with house.inside():
        step = Span.objects.first()
    assert step is not None
    pages = (f"{run.pk}/change/", f"{run.pk}/steps/{step.pk}/", f"{run.pk}/export.csv")
    for page in pages:
        assert neighbours.browser().get(LIST + page).status_code == 404
        assert house.browser("auditor").get(LIST + page).status_code == 403
    assert "invoke_agent" not in text(neighbours.browser().get(LIST))


def test_steps_that_only_hang_on_each_other_are_drawn_all_the_same(house: House, api: Api) -> None:
    trace = Trace()
    trace.span("egg", span_id=b"a" * 8, parent=b"b" * 8)
    trace.span("hen", span_id=b"b" * 8, parent=b"a" * 8)
    trace.span("chick", parent=b"a" * 8)
    trace.send(api)
    with house.inside():
        tree = run_tree(Run.objects.get())
    assert sorted(step.name for step, _ in tree.steps) == ["chick", "egg", "hen"]


def test_who_reports_is_listed_with_the_agent_it_is(house: House, run: Run) -> None:
    assert "porter" in text(house.browser("viewer").get("/studio/telemetry/source/"))
