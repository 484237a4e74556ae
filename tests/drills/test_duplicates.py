"""Messages come ten times, too late, too early, to the wrong place, or make no sense."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from tests.cast import make_house
from tests.drills.kinds import POISON
from tests.drills.load import ask_for, effects, judge, shuffled, states, wait_until_done
from tests.drills.world import World, eventually

COPIES = 10


def run(job: Any, organization: Any) -> dict[str, str]:
    return {"job_id": str(job), "organization_id": str(organization)}


def send(world: World, messages: list[dict[str, str]]) -> None:
    with world.messenger() as app:
        for message in messages:
            app.send_task("jobs.run", kwargs=message)


def wait_until_read(world: World) -> None:
    """Return once the workers have dealt with every message there was."""
    with world.cluster.connect(world.cluster.broker) as conn:
        left = "SELECT count(*) FROM pgmq.q_celery"
        eventually(lambda: conn.execute(left).fetchone() == (0,), 30, what="all messages are read")


def test_ten_copies_of_each_message_do_the_work_once(world: World) -> None:
    home = world.house.organization.pk
    world.start("worker-1", "worker-2")
    ids = ask_for(world, 50, seconds=0.05)
    send(world, shuffled(world, [run(job, home) for job in ids * COPIES]))
    wait_until_done(world, 30)
    send(world, [run(job, home) for job in ids])  # an hour later, say
    wait_until_read(world)
    judge(world)
    assert world.outside.count().total() == len(ids), "not even an outside effect came twice"


def test_messages_that_do_not_fit_are_ignored(world: World) -> None:
    home = world.house.organization.pk
    with world.cluster.aimed_at():
        elsewhere = make_house("Globex").organization.pk
    world.start("worker-1")
    early = ask_for(world, 1, run_after=timedelta(hours=1))[0]
    early_only = run(early, home)
    foreign = [run(job, elsewhere) for job in ask_for(world, 1, run_after=timedelta(hours=1))]
    nonsense = [{"job_id": "?", "organization_id": "?"}, {}, run(uuid4(), home)]
    send(world, [early_only, *foreign, *nonsense])
    ready = ask_for(world, 5)
    of_a_later_version = [{**run(job, home), "shard": "7"} for job in ready]
    send(world, of_a_later_version)
    wait_until_read(world)
    eventually(lambda: states(world) == {"done": 5, "pending": 2}, what="only what was due is done")
    assert set(effects(world)) == {str(job) for job in ready}
    assert world.supervisor.deaths("worker-1") == 0


def test_work_that_kills_its_worker_is_given_up(world: World) -> None:
    world.start("beat-1", "worker-1")
    world.wait_until_working()
    poison = ask_for(world, 1, kind=POISON)[0]
    verdict = "SELECT state, attempts, finished_at IS NOT NULL FROM jobs_job WHERE id = %s"
    given_up = [("dead", 2, True)]
    eventually(lambda: world.cluster.rows(verdict, poison) == given_up, 40, what="it is given up")
    assert len(world.traps.victims()) == 2
    ask_for(world, 5)
    eventually(lambda: states(world) == {"done": 5, "dead": 1}, what="other work goes on")
