"""Whoever subscribed is away, breaks off, or takes the worker down between sending and marking."""

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from armproject.lib.secret import Secret
from jobs.actions.create_subscription import create_subscription
from jobs.actions.publish_events import News, publish_events
from tests.drills.world import World, eventually, kill_all
from tests.governance.receivers import serving

TOPIC, EVENTS, AT_ONCE, KILLS = "agent.paused", 330, 30, 2
# Pauses between attempts are minutes, and so is the lease of a dead worker: the drill skips them.
PAUSE_IS_OVER = (
    "UPDATE jobs_delivery SET next_try_at = clock_timestamp() WHERE state = 'failed'",
    "UPDATE jobs_job SET run_after = clock_timestamp()"
    " WHERE kind = 'jobs.deliver_events' AND state = 'pending' AND run_after > clock_timestamp()",
)
LEASE_IS_OVER = (
    "UPDATE jobs_job SET lease_until = clock_timestamp()"
    " WHERE kind = 'jobs.deliver_events' AND state IN ('queued', 'running')"
)
DELIVERED = "SELECT coalesce(sum(events), 0) FROM jobs_delivery WHERE state = 'delivered'"


@dataclass
class Receiver:
    """A receiver; `breaks_off` and `kills` say how many of the next calls fare badly."""

    world: World
    host: str = ""
    breaks_off: int = 0
    kills: int = 0
    killed: int = 0
    calls: list[tuple[str, list[str]]] = field(default_factory=list)  # webhook-id, event ids
    order: list[str] = field(default_factory=list)

    def receive(self, identity: str, told: list[dict[str, Any]]) -> bool:
        """Take events, unless this receiver breaks off, and tell whether to answer."""
        if self.breaks_off:
            self.breaks_off -= 1
            return False
        self.calls.append((identity, [event["id"] for event in told]))
        self.order += [event["subject_id"] for event in told]
        if self.kills:
            self.kills -= 1
            self.killed += 1
            kill_all([self.world.pid("worker-1")])
            self.world.cluster.execute(LEASE_IS_OVER)
            return False
        return True


@contextmanager
def receiver_for(world: World) -> Iterator[Receiver]:
    state = Receiver(world)

    class Answer(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if state.receive(self.headers["webhook-id"], body["data"]):
                self.send_response(204)
                self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    with serving(ThreadingHTTPServer(("127.0.0.1", 0), Answer)) as server:
        state.host = f"127.0.0.1:{server.server_address[1]}"
        yield state


def happen(world: World, host: str) -> None:
    """Subscribe the receiver, and let things happen, each noted once it is committed."""
    with world.cluster.aimed_at():
        with world.house.inside():
            world.house.open_hosts(host)
            create_subscription("Hook", address=Secret(f"http://{host}/"), topics=[TOPIC])
        for start in range(0, EVENTS, AT_ONCE):
            names = [str(number) for number in range(start, start + AT_ONCE)]
            with world.house.inside():
                publish_events([News(TOPIC, name) for name in names])
            for name in names:
                world.acknowledged.note(name)


def all_delivered(world: World) -> bool:
    for statement in PAUSE_IS_OVER:
        world.cluster.execute(statement)
    return bool(world.cluster.rows(DELIVERED) == [(EVENTS,)])


def test_all_news_arrives_though_the_receiver_fails(world: World) -> None:
    with receiver_for(world) as receiver:
        receiver.breaks_off, receiver.kills = 2, KILLS
        happen(world, receiver.host)
        world.start("beat-1", "worker-1")
        eventually(lambda: all_delivered(world), 45, what="everything is delivered")
    assert receiver.killed == KILLS
    assert set(receiver.order) == set(world.acknowledged.count()), "nothing is lost"
    first = list(dict.fromkeys(receiver.order))
    assert first == sorted(first, key=int), "it comes in the order in which it was committed"
    again = Counter(identity for identity, _ in receiver.calls)
    assert max(again.values()) <= 1 + KILLS, "again only where a worker died"
    by_id = dict(receiver.calls)
    assert all(by_id[identity] == ids for identity, ids in receiver.calls), "by the same id"
