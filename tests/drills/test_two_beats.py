"""Two clocks tick at once and a third far too often; each of the two is killed."""

import time
from itertools import pairwise

from tests.cast import make_house
from tests.drills.kinds import TURN
from tests.drills.load import effects
from tests.drills.world import World

EVERY = 2
TURNS = """
    SELECT organization_id, array_agg(due_at ORDER BY due_at) FROM jobs_schedulerun
     WHERE schedule = %s GROUP BY organization_id
"""
WORK = "SELECT organization_id, count(*) FROM jobs_job WHERE kind = %s GROUP BY organization_id"


def tick_too_often(world: World, seconds: float) -> None:
    """Be a clock that asks for the turn several times before it is over."""
    over = time.monotonic() + seconds
    with world.messenger() as app:
        while time.monotonic() < over:
            app.send_task("jobs.schedule", kwargs={"schedule": TURN})
            time.sleep(EVERY / 5)


def test_each_turn_is_taken_once_whoever_ticks(world: World) -> None:
    with world.cluster.aimed_at():
        make_house("Globex")
    world.schedule(TURN, EVERY, label="The drill's turn")
    world.start("beat-1", "beat-2", "worker-1")
    world.wait_until_working()
    tick_too_often(world, 3 * EVERY)
    for name in ("beat-1", "beat-2"):
        world.hit(name)
        time.sleep(3 * EVERY)
    for name in ("beat-1", "beat-2"):
        world.freeze(name)
    time.sleep(EVERY)
    turns, work = dict(world.cluster.rows(TURNS, TURN)), dict(world.cluster.rows(WORK, TURN))
    assert len(turns) == 2
    for organization, due in turns.items():
        assert len(due) > 5
        assert work[organization] <= len(due), "more work than turns"
        gaps = [(later - sooner).seconds for sooner, later in pairwise(due)]
        assert max(gaps) <= 3 * EVERY, "one beat goes on while the other is dead"
    done = effects(world, TURN)
    assert set(done.values()) == {1}
    assert done.total() == sum(work.values())
