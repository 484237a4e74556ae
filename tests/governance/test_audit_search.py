"""The audit log and the jobs are found by words."""

import pytest

from armproject.lib.audit import record
from governance.models import AuditEvent
from jobs.actions.enqueue import enqueue
from jobs.models import Job
from tests.cast import House
from tests.governance.measured import make_channel


@pytest.fixture
def log(house: House) -> House:
    channel = make_channel(house, name="Night Watch")
    with house.inside():
        for action in ("alerts.open", "alerts.open", "alerts.resolve", "api_keys.create"):
            record(action, channel)
    return house


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("alerts", 3),
        ("open", 2),
        ("ALERTS op", 2),
        ("keys", 1),
        ("lerts", 0),
        ("night", 5),
        ("Night W", 5),
        ("owner", 5),
        ("%", 0),
        ("'; --", 0),
    ],
)
def test_events_are_found_by_words_of_the_action_and_how_names_begin(
    log: House, text: str, count: int
) -> None:
    with log.inside():
        events = AuditEvent.objects.exclude(resource_label="")
        assert events.found(text).filter(resource_label="Night Watch").count() == count


def test_a_whole_id_still_finds_and_strangers_find_nothing(log: House, neighbours: House) -> None:
    with log.inside():
        event = AuditEvent.objects.filter(action="alerts.resolve").get()
        assert event in AuditEvent.objects.found(event.resource_id)
    with neighbours.inside():
        assert not AuditEvent.objects.found("alerts").exists()
        assert not AuditEvent.objects.found("night").exists()


def test_the_studio_searches_the_same(log: House) -> None:
    listed = log.browser().get("/studio/governance/auditevent/", {"q": "resolve"})
    assert listed.context["cl"].result_count == 1


def test_the_api_searches_the_same_and_narrows_and_exports_what_it_finds(
    log: House, neighbours: House
) -> None:
    api = log.api()
    found = api.get("/audit", search="night", action="alerts.open", perPage=1).json()
    assert (found["meta"]["total"], found["data"][0]["action"]) == (2, "alerts.open")
    following = api.get(
        "/audit", search="night", action="alerts.open", cursor=found["meta"]["nextCursor"]
    )
    assert len(following.json()["data"]) == 1
    exported = api.get("/audit/export", search="resolve", format="jsonl")
    assert len(b"".join(exported).splitlines()) == 1
    assert api.get("/audit", search="x" * 101).status_code == 400
    assert neighbours.api().get("/audit", search="night").json()["data"] == []


def test_jobs_are_found_by_the_words_of_their_kind(house: House) -> None:
    with house.inside():
        enqueue("governance.deliver", {"notification": "x"})
        enqueue("governance.evaluate_rules")
        for text, count in (("deliver", 1), ("governance", 2), ("rules gov", 1), ("liver", 0)):
            assert Job.objects.found(text).count() == count, text
    listed = house.browser().get("/studio/jobs/job/", {"q": "evaluate"})
    assert listed.context["cl"].result_count == 1
    (told,) = house.api().get("/jobs", search="evaluate").json()["data"]
    assert told["kind"] == "governance.evaluate_rules"
    assert house.api().get("/jobs", search="liver").json()["data"] == []
    assert len(house.api().get("/jobs", search=" ").json()["data"]) == 2
