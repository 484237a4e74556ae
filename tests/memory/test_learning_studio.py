"""Preferences, learning and what is looked through, in the Studio; and runs, by themselves."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from armproject.demo.labour import finish_work
from armproject.lib.errors import Conflict
from memory.actions.extract_runs import extract_runs
from memory.actions.request_extraction import request_extraction
from memory.actions.set_learning import set_learning
from memory.actions.set_preference import set_preference
from memory.models import Extraction, ExtractionState, LearningSetting, Memory, Preference
from memory.owners import Owner
from telemetry.actions.set_content_rule import set_content_rule
from tests.cast import House
from tests.memory.models import EMPTY, Endpoint, learning, serving

ADA = Owner("user", "ada")
FACT = {**EMPTY, "facts": [{"text": "Ada lives in Lisbon.", "about": "Ada", "confidence": 0.9}]}


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    with serving() as found:
        found.answer = lambda _body: FACT
        yield found


def test_a_preference_is_set_and_changed_in_the_studio(house: House) -> None:
    browser = house.browser()
    told = {"user": "ada", "category": "units", "key": "distance", "value": "metric"}
    browser.post(
        "/studio/memory/preference/add/", {**told, "examples": "Asked for km.\nSaid 5 km."}
    )
    with house.inside():
        row = Preference.objects.get()
        assert row.told.examples == ("Asked for km.", "Said 5 km.")
        assert row.is_trusted

    browser.post(
        f"/studio/memory/preference/{row.pk}/change/", {"value": "imperial", "examples": ""}
    )
    listed = browser.get("/studio/memory/preference/").content.decode()
    page = browser.get(f"/studio/memory/preference/{row.pk}/change/").content.decode()
    assert "imperial" in listed
    assert "metric (until" in page


def test_the_studio_sets_how_learning_goes_and_never_shows_the_key(house: House) -> None:
    browser = house.browser()
    told = {
        "base_url": "https://api.openai.com/v1",
        "model": "gpt-4o-mini",
        "key": "sk-0123456789abcdef0123",
        "daily_calls": "10",
        "daily_cost": "2.5",
        "enriches": "on",
        "enrich_tokens": "900",
    }
    browser.post("/studio/memory/learningsetting/add/", told)
    with house.inside():
        row = LearningSetting.objects.get()
        assert (row.daily_calls, row.enrich_tokens, row.has_model) == (10, 900, True)

    page = browser.get(f"/studio/memory/learningsetting/{row.pk}/change/").content.decode()
    browser.post(
        f"/studio/memory/learningsetting/{row.pk}/change/", {**told, "key": "", "daily_calls": "9"}
    )
    assert "sk-0123" not in page
    with house.inside():
        changed = LearningSetting.objects.get()
        assert changed.daily_calls == 9
        assert changed.key is not None


def test_an_interaction_that_was_brought_is_looked_through_by_a_job_and_dropped(
    house: House, endpoint: Endpoint
) -> None:
    learning(house, endpoint)
    told = {"owner_type": "user", "owner_id": "ada", "source_id": "chat-7", "agent": ""}
    browser = house.browser()
    browser.post("/studio/memory/extraction/add/", {**told, "text": "I live in Lisbon."})
    with house.inside():
        row = Extraction.objects.get()
        assert (row.state, row.told) == (ExtractionState.WAITING, "I live in Lisbon.")

    with house.inside():
        finish_work(["memory.extract"])

    with house.inside():
        row = Extraction.objects.get()
        assert (row.state, row.told, row.memories) == (ExtractionState.DONE, "", 1)
        assert Memory.objects.get(source_id="chat-7").content == "Ada lives in Lisbon."
    assert "1 memory, 0 preferences" in browser.get("/studio/memory/extraction/").content.decode()


def test_what_a_job_could_not_do_says_why_and_keeps_nothing_of_what_was_said(
    house: House, endpoint: Endpoint
) -> None:
    learning(house, endpoint)
    endpoint.answer = lambda _body: 401
    with house.inside():
        request_extraction("I live in Lisbon.", ADA)
    with house.inside():
        finish_work(["memory.extract"])

    with house.inside():
        row = Extraction.objects.get()
        assert (row.state, row.told) == (ExtractionState.REFUSED, "")
        assert "401" in row.reason


def test_without_a_model_nothing_is_put_aside_to_be_looked_through(house: House) -> None:
    with house.inside():
        with pytest.raises(Conflict):
            request_extraction("I live in Lisbon.", ADA)
        assert not Extraction.objects.exists()


def a_run(house: House, words: str = "I live in Lisbon.") -> None:
    """Let an agent have finished a run for Ada in which this was said."""
    run, now = uuid4().hex, timezone.now()
    payload = {"run_id": run, "user_id": "ada", "agent_name": "helper"}
    events = [
        {
            "event_id": uuid4().hex,
            "event_type": kind,
            "timestamp": (now - timedelta(seconds=60 - number)).isoformat(),
            "payload": {**payload, **more},
        }
        for number, (kind, more) in enumerate(
            [
                ("RunStart", {"name": "help"}),
                ("message.user", {"content": words}),
                ("message.assistant", {"content": "Noted."}),
                ("RunEnd", {"status": "ok"}),
            ]
        )
    ]
    answer = house.api().post("/telemetry/events", {"events": events})
    assert answer.json()["data"]["accepted"] == 4, answer.content


def test_finished_runs_whose_content_is_kept_are_looked_through_once(
    house: House, endpoint: Endpoint
) -> None:
    learning(house, endpoint, extracts=True)
    a_run(house, "Nothing of this is kept.")
    with house.inside():
        set_content_rule("full")
    a_run(house)
    with house.inside():
        assert extract_runs() == 1
        assert extract_runs() == 0

        (row,) = Memory.objects.all()
        assert (row.owner_type, row.owner_id, row.content) == (
            "user",
            "ada",
            "Ada lives in Lisbon.",
        )
        assert Extraction.objects.get().state == ExtractionState.DONE
    assert "I live in Lisbon." in endpoint.said()


def test_runs_wait_for_tomorrow_when_the_budget_is_spent(house: House, endpoint: Endpoint) -> None:
    learning(house, endpoint, extracts=True, daily_calls=0)
    with house.inside():
        set_content_rule("full")
    a_run(house)
    with house.inside():
        assert extract_runs() == 0
        assert not Extraction.objects.exists()
        set_learning(daily_calls=5)
        assert extract_runs() == 1


def test_a_member_sees_no_preferences_of_others_in_the_studio(house: House) -> None:
    with house.inside():
        set_preference(user="ada", category="units", key="distance", value="metric")
        row = Preference.objects.get()
    member = house.browser("member")

    assert "distance" not in member.get("/studio/memory/preference/").content.decode()
    assert member.get(f"/studio/memory/preference/{row.pk}/change/").status_code == 302
