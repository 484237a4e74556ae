"""A worker is frozen in the middle of its work and wakes when others have done it."""

import time

import pytest

from tests.drills.faults import STOP
from tests.drills.load import ask_for, judge, wait_until_done
from tests.drills.world import World, eventually

TAKEN_OVER = "SELECT count(*) FROM jobs_job WHERE state = 'done' AND fence > 1"


@pytest.mark.parametrize("point", ["after_effect", "before_commit"])
def test_a_frozen_worker_finds_its_work_taken(world: World, point: str) -> None:
    # A frozen process keeps its locks until the server loses patience, which is a minute.
    world.cluster.execute(
        f"ALTER ROLE arm_app IN DATABASE {world.cluster.name}"
        " SET idle_in_transaction_session_timeout = '3s'"
    )
    world.start("beat-1", "worker-1", "worker-2")
    world.wait_until_working()
    world.traps.lay(point, STOP)
    ask_for(world, 40)
    eventually(world.traps.victims, what="a worker freezes")
    eventually(lambda: world.cluster.rows(TAKEN_OVER) != [(0,)], 30, what="others take over")
    time.sleep(1)
    world.wake(world.traps.victims()[0])
    wait_until_done(world, 45)
    judge(world)
    assert world.outside.count().total() > len(world.acknowledged.count())
    if point == "after_effect":
        said = '"event":"job_taken_over"'
        logs = [f"worker-{number}" for number in (1, 2)]
        eventually(lambda: said in "".join(map(world.log, logs)), what="who woke was fenced")
