"""Postgres is killed in the middle of writing, three times."""

import threading
import time
from collections.abc import Callable
from typing import Any

from tests.drills.cluster import Cluster, app_login
from tests.drills.load import ask_for, judge, wait_until_done
from tests.drills.world import World, eventually

KILLS = 3
WRITERS = 3
LONGEST_GAP = 15.0  # seconds until writes are accepted again
STORED = "SELECT name, count(*) FROM accounts_apikey WHERE name LIKE 'ledger-%%' GROUP BY name"
RECORDED = (
    "SELECT after ->> 'name', count(*) FROM governance_auditevent"
    " WHERE action = 'api_keys.issue' GROUP BY 1"
)


class Writer(threading.Thread):
    """Issues API keys over HTTP and notes the name of each that was acknowledged."""

    def __init__(self, world: World, token: str, number: int) -> None:
        super().__init__(daemon=True)
        self.world, self.token, self.number = world, token, number
        self.told_to_stop = threading.Event()
        self.sent = 0
        self.statuses: set[int] = set()
        self.last_accepted = 0.0

    def run(self) -> None:
        while not self.told_to_stop.wait(0.02):
            name = f"ledger-{self.number}-{self.sent}"
            self.sent += 1  # a name is used once: what was not answered may have been stored
            body = {"name": name, "scopes": ["agents.read"]}
            status, _ = self.world.ask("POST", "/api/v1/api-keys", body, token=self.token)
            self.statuses.add(status)
            if status == 201:
                self.world.written.note(name)
                self.last_accepted = time.monotonic()

    def accepted_since(self, moment: float) -> Callable[[], bool]:
        return lambda: self.last_accepted > moment


def unfit(cluster: Cluster) -> list[str]:
    """Return what would let the server forget a commit it has confirmed."""
    with app_login(cluster) as conn:
        found = {
            name: conn.execute(f"SHOW {name}".encode()).fetchone()
            for name in ("synchronous_commit", "fsync", "full_page_writes")
        }
    return [name for name, value in found.items() if value != ("on",)]


def test_what_was_acknowledged_survives_postgres(own_cluster: Cluster, make_world: Any) -> None:
    assert unfit(own_cluster) == []
    world = make_world(own_cluster)
    with own_cluster.aimed_at():
        token = world.house.key()
    world.start("web", "beat-1", "worker-1")
    world.wait_until_serving()
    world.wait_until_working()
    writers = [Writer(world, token, number) for number in range(WRITERS)]
    for writer in writers:
        writer.start()
    for _ in range(KILLS):
        ask_for(world, 15)
        time.sleep(world.dice.uniform(0.3, 1))
        world.kill_postgres()
        killed = time.monotonic()
        own_cluster.server.ensure_running()  # as bin/up does, which looks every second
        for writer in writers:
            left = LONGEST_GAP - (time.monotonic() - killed)
            eventually(writer.accepted_since(time.monotonic()), left, what="writes go on")
    for writer in writers:
        writer.told_to_stop.set()
    for writer in writers:
        writer.join(20)
    wait_until_done(world, 45)
    judge(world)
    stored, recorded = dict(own_cluster.rows(STORED)), dict(own_cluster.rows(RECORDED))
    acknowledged = world.written.count()
    statuses = {status for writer in writers for status in writer.statuses}
    assert statuses <= {201, 503, 0}, "no answer but 'not now, try again', or none in time"
    assert len(acknowledged) > 50
    assert set(acknowledged) <= set(stored)
    assert set(stored.values()) == {1}
    assert recorded == stored, "each key has its one entry in the audit log, and no other has"
