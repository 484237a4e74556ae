"""Work as people see it in the Studio, and schedules as operators do."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.contrib import admin
from django.test import Client
from django_celery_beat.models import CrontabSchedule, IntervalSchedule, PeriodicTask, SolarSchedule

from accounts.models import User
from governance.models import AuditEvent
from jobs.actions.enqueue import enqueue
from jobs.actions.run_schedule import interval_of
from jobs.models import Job, JobState
from jobs.registry import HANDLERS, SCHEDULES, Handler
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
