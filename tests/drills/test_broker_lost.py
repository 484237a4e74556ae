"""The broker loses all its messages, or is gone for a while: work is late, never lost."""

import threading
import time
from typing import Any

from tests.drills.carriers import Carrier, PostgresQueue, RedisQueue
from tests.drills.cluster import Cluster
from tests.drills.kinds import NOTE
from tests.drills.load import judge, wait_until_done
from tests.drills.world import World

AWAY = 10.0
SLOWEST = 2.0  # seconds a request may take because of its hint to a broker that is not there


class Asker(threading.Thread):
    """Asks for work over HTTP all the time and notes what was accepted, and how long it took."""

    def __init__(self, world: World, token: str) -> None:
        super().__init__(daemon=True)
        self.world, self.token = world, token
        self.told_to_stop = threading.Event()
        self.refused: list[Any] = []
        self.slowest = 0.0

    def run(self) -> None:
        while not self.told_to_stop.wait(0.15):
            began = time.monotonic()
            body = {"seconds": round(self.world.dice.uniform(0, 0.2), 3)}
            status, answer = self.world.ask("POST", "/api/v1/drills/notes", body, token=self.token)
            self.slowest = max(self.slowest, time.monotonic() - began)
            if status == 201:
                self.world.acknowledged.note(answer["data"]["id"])
            else:
                self.refused.append((status, answer))

    def finish(self) -> None:
        self.told_to_stop.set()
        self.join(30)


def endure(world: World, carrier: Carrier) -> Asker:
    """Let the broker lose everything three times and then be away, while work comes in."""
    with world.cluster.aimed_at():
        token = world.house.key()
    world.start("beat-1", "worker-1", "worker-2", "web")
    world.wait_until_serving()
    world.wait_until_working()
    asker = Asker(world, token)
    asker.start()
    for lose in (carrier.lose_everything, carrier.lose_everything, carrier.lose_its_queues):
        time.sleep(world.dice.uniform(0.5, 1.5))
        lose()
    time.sleep(2)
    carrier.leave()
    time.sleep(AWAY)
    carrier.come_back()
    time.sleep(1)
    asker.finish()
    return asker


def approve(world: World, asker: Asker) -> None:
    wait_until_done(world, 45)
    judge(world)
    assert asker.refused == []
    assert asker.slowest < SLOWEST
    assert world.acknowledged.count().total() > 20, f"hardly any {NOTE} was asked for"


def test_messages_in_postgres_may_all_be_lost(world: World) -> None:
    approve(world, endure(world, PostgresQueue(world.cluster)))


def test_messages_in_redis_may_all_be_lost(cluster: Cluster, redis: Any, make_world: Any) -> None:
    world = make_world(cluster, redis=redis)
    approve(world, endure(world, RedisQueue(redis)))
