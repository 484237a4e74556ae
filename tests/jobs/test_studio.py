"""Work as people see it in the Studio, and schedules as operators do."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from celery.beat import Scheduler
from django.contrib import admin
from django.test import Client
from django_celery_beat.models import CrontabSchedule, IntervalSchedule, PeriodicTask, SolarSchedule

from accounts.models import User
from armproject.celery import app as celery
from governance.models import AuditEvent
from jobs.actions.enqueue import enqueue
from jobs.actions.run_schedule import interval_of
from jobs.models import Job, JobState
from jobs.registry import HANDLERS, SCHEDULES, Handler
from tests.agents.estate import registered
from tests.cast import House

KIND = "test.studio"
JOBS = "/studio/jobs/job/"
SCHEDULE = "/studio/django_celery_beat/periodictask/"


@pytest.fixture(autouse=True)
def kind() -> Iterator[None]:
    HANDLERS[KIND] = Handler(KIND, lambda run: None, timedelta(minutes=1), 3)
    yield
    del HANDLERS[KIND]


@pytest.fixture
def operator(house: House) -> Client:
    User.objects.filter(pk=house.owner.pk).update(is_operator=True)
    return house.browser()


def dead(house: House) -> Job:
    with house.inside():
        job = enqueue(KIND)
        Job.objects.filter(pk=job.pk).update(
            state=JobState.DEAD, last_error="The vendor is away.", progress={"done": 3, "of": 10}
        )
    return job


def test_what_was_given_up_stands_out_and_is_replayed(house: House) -> None:
    job = dead(house)
    owner = house.browser()
    listed = owner.get(f"{JOBS}?state__exact=dead").content.decode()
    assert "The vendor is away." in listed
    assert "3 of 10" in listed
    assert "Some work was given up." in listed
    owner.get(f"{JOBS}{job.pk}/replay/")
    with house.inside():
        assert Job.objects.get(pk=job.pk).state == "dead", "a link alone changes nothing"
    answer = owner.post(f"{JOBS}{job.pk}/replay/", {"_form_submitted": "on"}, follow=True)
    assert "Queued again." in answer.content.decode()
    with house.inside():
        assert Job.objects.get(pk=job.pk).state == "pending"
    assert owner.get(f"{JOBS}{job.pk}/change/").status_code == 200


def test_only_what_was_given_up_offers_to_be_replayed(house: House) -> None:
    job, owner = dead(house), house.browser()
    shown = owner.get(f"{JOBS}{job.pk}/change/").content.decode()
    assert f"{job.pk}/replay/" in shown
    assert 'value="replay_many"' in owner.get(f"{JOBS}?state__exact=dead").content.decode()
    with house.inside():
        Job.objects.filter(pk=job.pk).update(state=JobState.DONE)
    assert "/replay/" not in owner.get(f"{JOBS}{job.pk}/change/").content.decode()
    listed = owner.get(JOBS).content.decode()
    assert "/replay/" not in listed
    assert "replay_many" not in listed


def test_a_job_says_what_it_is_about(house: House) -> None:
    agents = [registered(house, name) for name in ("Cleo", "Dora")]
    with house.inside():
        enqueue("agents.pause", {"agent": str(agents[0].pk), "reason": ""})
        enqueue("agents.check", {"agents": [str(agent.pk) for agent in agents]})
        enqueue("agents.check", {"agents": ["no id"]}, dedupe_key="odd")
    listed = house.browser().get(JOBS).content.decode()
    assert "<b>Cleo</b>" in listed
    assert "<b>Cleo and 1 more</b>" in listed or "<b>Dora and 1 more</b>" in listed
    told = house.api().get("/jobs", kind="agents.pause").json()["data"][0]
    assert told["subject"] == {"name": "Cleo", "id": str(agents[0].pk)}
    detail = house.browser().get(f"{JOBS}{told['id']}/change/").content.decode()
    assert f"/studio/agents/agent/{agents[0].pk}/change/" in detail
    odd = house.api().get("/jobs", kind="agents.check").json()["data"][0]
    assert odd["subject"] is None


def test_developers_see_jobs_and_replay_none(house: House) -> None:
    job = dead(house)
    developer = house.browser("developer")
    assert developer.get(JOBS).status_code == 200
    replay = developer.post(f"{JOBS}{job.pk}/replay/", {"_form_submitted": "on"})
    assert replay.status_code == 403
    assert house.browser("viewer").get(JOBS).status_code == 403


def test_an_empty_list_says_what_will_stand_there(house: House) -> None:
    assert "No work yet" in house.browser().get(JOBS).content.decode()


def test_only_operators_see_schedules(house: House, operator: Client) -> None:
    assert "Evaluate alert rules" in operator.get(SCHEDULE).content.decode()
    assert house.browser("admin").get(SCHEDULE).status_code == 403
    for model in (CrontabSchedule, IntervalSchedule, SolarSchedule):
        assert not admin.site.is_registered(model)
    assert operator.get(f"{SCHEDULE}add/").status_code == 403


def test_a_schedule_is_told_in_our_own_words(house: House, operator: Client) -> None:
    PeriodicTask.objects.create(
        name="celery.backend_cleanup",
        task="celery.backend_cleanup",
        interval=IntervalSchedule.objects.first(),
    )
    listed = operator.get(SCHEDULE).content.decode()
    assert "Schedules | ARM" in " ".join(listed.split())
    assert "celery.backend_cleanup" not in listed
    assert "not yet" in listed
    task = PeriodicTask.objects.get(name="Evaluate alert rules")
    shown = operator.get(f"{SCHEDULE}{task.pk}/change/").content.decode()
    for words in ("Set to False", "Short Description", "Last Run Datetime", "periodic task"):
        assert words.lower() not in shown.lower()


def test_each_turn_is_written_down_at_once() -> None:
    clock = Scheduler(celery, lazy=True)
    clock._tasks_since_sync = 1
    assert clock.should_sync()


def test_a_search_that_finds_nothing_says_what_it_looked_for(house: House) -> None:
    dead(house)
    told = house.browser().get(JOBS, {"q": "zzz"}).content.decode()
    assert "No row was found for “zzz”" in told
    assert "yielded into" not in told


def test_an_operator_changes_how_often_work_is_due(house: House, operator: Client) -> None:
    task = PeriodicTask.objects.get(name="Evaluate alert rules")
    path = f"{SCHEDULE}{task.pk}/change/"
    assert operator.get(path).status_code == 200
    operator.post(path, {"every": "10", "unit": "60", "enabled": "on"})
    assert interval_of(SCHEDULES["governance.evaluate_rules"]) == timedelta(minutes=10)
    with house.inside():
        event = AuditEvent.objects.get(action="schedules.change")
    assert (event.before["seconds"], event.after["seconds"]) == (300, 600)
    operator.post(path, {"every": "10", "unit": "60"})
    assert not PeriodicTask.objects.get(pk=task.pk).enabled
    refused = operator.post(path, {"every": "1", "unit": "1", "enabled": "on"})
    assert "Name 5 seconds to 31 days." in refused.content.decode()
    post = {"every": "10", "unit": "60", "enabled": "on"}
    assert house.browser("admin").post(path, post).status_code == 403
