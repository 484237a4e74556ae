"""Work that is long done is forgotten; what was given up stays."""

from datetime import timedelta

import pytest
from django.utils import timezone

from armproject.lib.errors import Forbidden
from jobs.actions.prune_jobs import KEPT, prune_jobs
from jobs.models import Job, JobState, ScheduleRun
from jobs.registry import SCHEDULES
from tests.cast import House


def job(state: JobState, ago: timedelta) -> Job:
    made = Job.objects.create(kind="tests.prune", state=state)
    Job.objects.filter(pk=made.pk).update(finished_at=timezone.now() - ago)
    return made


def test_only_what_is_long_done_is_forgotten_and_only_ones_own(
    house: House, neighbours: House
) -> None:
    old, recent = KEPT + timedelta(hours=1), KEPT - timedelta(hours=1)
    with neighbours.inside():
        theirs = job(JobState.DONE, old)
    with house.inside("admin"):
        job(JobState.DONE, old)
        kept = {job(JobState.DONE, recent).pk, job(JobState.DEAD, old).pk}
        for ago in (old, recent):
            ScheduleRun.objects.create(schedule="tests", due_at=timezone.now() - ago)
        assert prune_jobs() == 1
        assert set(Job.objects.values_list("pk", flat=True)) == kept
        assert ScheduleRun.objects.count() == 1
    with neighbours.inside():
        assert Job.objects.filter(pk=theirs.pk).exists()


def test_it_is_done_every_day_and_not_by_anybody(house: House) -> None:
    assert SCHEDULES["jobs.prune"].every == timedelta(days=1)
    with house.inside("member"), pytest.raises(Forbidden):
        prune_jobs()
