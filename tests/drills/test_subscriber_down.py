"""Whoever subscribed is away, breaks off, or takes the worker down between sending and marking."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from armproject.lib.secret import Secret
from jobs.actions.create_subscription import create_subscription
from jobs.actions.publish_events import News, publish_events
from tests.drills.failing import FailingReceiver, listening
from tests.drills.world import World, eventually

TOPIC, EVENTS, AT_ONCE, KILLS = "agent.paused", 330, 30, 2
# Pauses between attempts are minutes: the drill skips them.
PAUSE_IS_OVER = (
    "UPDATE jobs_delivery SET next_try_at = clock_timestamp() WHERE state = 'failed'",
    "UPDATE jobs_job SET run_after = clock_timestamp()"
    " WHERE kind = 'jobs.deliver_events' AND state = 'pending' AND run_after > clock_timestamp()",
)
DELIVERED = "SELECT coalesce(sum(events), 0) FROM jobs_delivery WHERE state = 'delivered'"


@dataclass
class Receiver(FailingReceiver):
    """A receiver of news."""

    kind: str = "jobs.deliver_events"
    calls: list[tuple[str, list[str]]] = field(default_factory=list)  # webhook-id, event ids
    order: list[str] = field(default_factory=list)

    def note(self, identity: str, body: dict[str, Any]) -> None:
        told = body["data"]
        self.calls.append((identity, [event["id"] for event in told]))
        self.order += [event["subject_id"] for event in told]


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
    receiver = Receiver(world, breaks_off=2, kills=KILLS)
    with listening(receiver):
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
