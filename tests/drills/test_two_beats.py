"""Two clocks tick at once, and one of them is killed."""

import time

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


def test_each_turn_is_taken_once_by_two_beats(world: World) -> None:
    with world.cluster.aimed_at():
        make_house("Globex")
    world.schedule(TURN, EVERY, label="The drill's turn")
    world.start("beat-1", "beat-2", "worker-1")
    world.wait_until_working()
    time.sleep(6)
    world.hit("beat-1")
    time.sleep(6)
    world.hit("beat-2")
    time.sleep(6)
    for name in ("beat-1", "beat-2"):
        world.freeze(name)
    time.sleep(2)
    turns, work = dict(world.cluster.rows(TURNS, TURN)), dict(world.cluster.rows(WORK, TURN))
    assert len(turns) == 2
    for organization, due in turns.items():
        assert len(due) >= 5
        assert work[organization] <= len(due), "more work than turns"
    assert set(effects(world, TURN).values()) == {1}
    assert effects(world, TURN).total() == sum(work.values())
