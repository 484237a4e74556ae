"""Workers are killed in the middle of their work."""

from tests.drills.load import ask_for, judge, most_attempts, shuffled, wait_until_done
from tests.drills.world import World, eventually

POINTS = ("before_claim", "after_claim", "after_effect", "before_commit", "after_commit")
AT_ONCE = 12  # jobs one worker has in its hands


def test_killed_workers_lose_nothing_and_do_nothing_twice(world: World) -> None:
    world.start("beat-1", "worker-1", "worker-2")
    world.wait_until_working()
    for point in shuffled(world, POINTS):
        world.traps.lay(point)
        ask_for(world, 20)
        eventually(lambda: not world.traps.laid(), 20, what=f"a worker dies {point}")
    # What a dead worker had accepted but not begun is handed out again after half a minute.
    wait_until_done(world, 45)
    judge(world)
    kills = len(world.traps.victims())
    assert kills == len(POINTS)
    assert most_attempts(world) <= kills + 1
    assert world.outside.count().total() <= 20 * kills + AT_ONCE * kills
