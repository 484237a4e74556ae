"""Work is done once, by whoever holds the newest fence, and never forgotten."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from accounts.fence import fenced
from accounts.models import Organization
from armproject.lib.errors import Conflict, DomainError
from jobs.actions.enqueue import enqueue
from jobs.actions.fail_job import pause
from jobs.actions.relay_jobs import HANDED_OUT_FOR, IN_FLIGHT, LANE_SLOTS
from jobs.actions.replay_job import replay_job
from jobs.actions.run_job import run_job
from jobs.actions.run_schedule import run_schedule, slot
from jobs.models import Job, JobState, ScheduleRun
from jobs.registry import HANDLERS, SCHEDULES, Handler, Schedule
from jobs.running import Fenced, JobRun
from tests.cast import House


@pytest.fixture
def kind(request: pytest.FixtureRequest) -> Any:
    """A kind of job whose work the test gives."""
    name = f"test.{request.node.name}"[:60]

    def define(work: Any, *, attempts: int = 3) -> str:
        HANDLERS[name] = Handler(name, work, timedelta(minutes=1), attempts)
        return name

    yield define
    HANDLERS.pop(name, None)


def claim(batch: int = 50) -> list[Any]:
    """Hand out due jobs as the relay does, without a broker."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM arm_claim_jobs(%s, %s, %s, make_interval(secs => %s))",
            [batch, IN_FLIGHT, LANE_SLOTS, HANDED_OUT_FOR.total_seconds()],
        )
        return [row[0] for row in cursor.fetchall()]


def do(job: Job) -> bool:
    return run_job(job.pk, job.organization_id)


def reread(house: House, job: Job) -> Job:
    with house.inside():
        return Job.objects.get(pk=job.pk)


def test_a_job_runs_as_who_asked_for_it(house: House, kind: Any) -> None:
    seen = []
    name = kind(lambda run: seen.append((run.args["x"], run.organization_id)))
    with house.inside("admin"):
        job = enqueue(name, {"x": 1})
    assert do(job)
    assert seen == [(1, house.organization.pk)]
    done = reread(house, job)
    assert (done.state, done.attempts) == (JobState.DONE, 1)
    assert done.requested_by["label"] == str(house.admin)


def test_the_same_work_is_queued_once_while_it_is_active(house: House, kind: Any) -> None:
    name = kind(lambda run: None)
    with house.inside():
        first = enqueue(name, dedupe_key="k")
        assert enqueue(name, dedupe_key="k").pk == first.pk
    do(first)
    with house.inside():
        assert enqueue(name, dedupe_key="k").pk != first.pk


def test_a_second_hint_finds_nothing_to_do(house: House, kind: Any) -> None:
    runs = []
    name = kind(lambda run: runs.append(1))
    with house.inside():
        job = enqueue(name)
    assert [do(job), do(job), do(job)] == [True, False, False]
    assert runs == [1]


def test_effects_of_a_fenced_worker_do_not_count(house: House, kind: Any) -> None:
    def work(run: JobRun) -> None:
        with fenced():  # as if the lease had run out and another worker had taken the job
            Job.objects.filter(pk=run.job.pk).update(fence=run.job.fence + 1)
        with run.finish():
            raise AssertionError("the effects of a fenced worker must not be reached")

    name = kind(work)
    with house.inside():
        job = enqueue(name)
    assert not do(job)
    assert reread(house, job).state == JobState.RUNNING


def test_renewing_a_lost_lease_is_refused(house: House, kind: Any) -> None:
    caught = []

    def work(run: JobRun) -> None:
        run.renew(done=1)
        with fenced():
            Job.objects.filter(pk=run.job.pk).update(fence=99)
        try:
            run.renew(done=2)
        except Fenced:
            caught.append(True)
            raise

    name = kind(work)
    with house.inside():
        job = enqueue(name)
    do(job)
    assert caught == [True]
    assert reread(house, job).progress == {"done": 1}


def test_a_failure_is_tried_again_later_and_then_given_up(house: House, kind: Any) -> None:
    def work(run: JobRun) -> None:
        raise DomainError("The vendor is away.")

    name = kind(work, attempts=2)
    with house.inside():
        job = enqueue(name)
    do(job)
    waiting = reread(house, job)
    assert (waiting.state, waiting.last_error) == (JobState.PENDING, "The vendor is away.")
    assert not do(job), "its time has not come"
    with house.inside():
        Job.objects.filter(pk=job.pk).update(run_after=waiting.created_at)
    do(job)
    assert reread(house, job).state == JobState.DEAD


def test_a_permanent_failure_is_given_up_at_once(house: House, kind: Any) -> None:
    def work(run: JobRun) -> None:
        error = DomainError("The key was revoked.")
        error.permanent = True
        raise error

    name = kind(work)
    with house.inside():
        job = enqueue(name)
    do(job)
    assert reread(house, job).state == JobState.DEAD


def test_a_dead_job_can_be_replayed_once_by_who_may(house: House, kind: Any) -> None:
    name = kind(lambda run: None)
    with house.inside():
        job = enqueue(name)
        Job.objects.filter(pk=job.pk).update(state=JobState.DEAD, attempts=3)
        replay_job(job)
        with pytest.raises(Conflict):
            replay_job(job)
    assert do(job)


def test_work_asked_for_by_somebody_who_left_is_not_done(house: House, kind: Any) -> None:
    from accounts.actions.remove_member import remove_member
    from accounts.models import Membership

    runs = []
    name = kind(lambda run: runs.append(1))
    with house.inside("developer"):
        job = enqueue(name)
    with house.inside():
        remove_member(Membership.objects.get(user=house.developer))
    do(job)
    assert runs == []
    assert reread(house, job).state == JobState.DEAD


def test_nothing_is_done_for_people_of_a_suspended_organization(house: House, kind: Any) -> None:
    runs = []
    name = kind(lambda run: runs.append(1))
    with house.inside():
        job = enqueue(name)
        Organization.objects.filter(pk=house.organization.pk).update(suspended_at=timezone.now())
    do(job)
    assert runs == []
    assert reread(house, job).state == JobState.DEAD


def test_organizations_take_turns(house: House, neighbours: House, kind: Any) -> None:
    name = kind(lambda run: None)
    with house.inside():
        flood = [enqueue(name).pk for _ in range(30)]
    with neighbours.inside():
        few = [enqueue(name).pk for _ in range(2)]
    first = claim(4)
    assert len(set(first) & set(few)) == 2
    assert len(set(first) & set(flood)) == 2


def test_a_lane_keeps_to_its_slots(house: House, kind: Any) -> None:
    name = kind(lambda run: None)
    with house.inside():
        slow = {enqueue(name, lane="vendor:slow").pk for _ in range(20)}
        quick = {enqueue(name, lane="vendor:quick").pk for _ in range(3)}
    claimed = set(claim())
    assert len(claimed & slow) == LANE_SLOTS
    assert claimed >= quick
    assert claim() == []


def test_what_a_dead_worker_held_is_handed_out_again_until_it_is_given_up(
    house: House, kind: Any
) -> None:
    runs = []
    name = kind(lambda run: runs.append(1), attempts=2)
    with house.inside():
        job = enqueue(name)
        Job.objects.filter(pk=job.pk).update(
            state=JobState.RUNNING, lease_until=job.created_at, attempts=1
        )
    assert claim() == [job.pk]
    with house.inside():
        Job.objects.filter(pk=job.pk).update(
            state=JobState.RUNNING, lease_until=job.created_at, attempts=2
        )
    claim()
    assert not do(job)
    assert runs == []
    given_up = reread(house, job)
    assert (given_up.state, given_up.attempts) == (JobState.DEAD, 2)
    assert given_up.finished_at is not None


def test_a_turn_is_taken_once_in_every_organization(
    house: House, neighbours: House, kind: Any
) -> None:
    name = kind(lambda run: None)
    SCHEDULES[name] = Schedule(name, name, timedelta(minutes=5), name)
    try:
        assert run_schedule(name) == 2
        assert run_schedule(name) == 0
    finally:
        del SCHEDULES[name]
    with house.inside():
        assert ScheduleRun.objects.count() == 1
        job = Job.objects.get(kind=name)
    assert job.requested_by["kind"] == "schedule"


def test_slots_are_cut_by_the_clock(house: House) -> None:
    from datetime import UTC, datetime

    moment = datetime(2026, 11, 21, 10, 7, 12, tzinfo=UTC)
    assert slot(moment, timedelta(minutes=5)) == datetime(2026, 11, 21, 10, 5, tzinfo=UTC)


def test_pauses_grow_and_respect_the_vendor() -> None:
    assert timedelta(seconds=7) < pause(1) < timedelta(seconds=13)
    assert pause(5) > pause(1)
    assert pause(40) <= timedelta(minutes=75)
    assert pause(1, retry_after=42) == timedelta(seconds=42)
