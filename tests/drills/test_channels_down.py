"""Whoever is to be told of an alert is away, breaks off, or takes the worker down with it."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from armproject.lib.secret import Secret
from governance.actions.create_channel import create_channel
from governance.actions.raise_alert import raise_alert
from governance.actions.resolve_alert import resolve_alert
from governance.models import Alert
from tests.drills.failing import FailingReceiver, listening
from tests.drills.world import World, eventually

ALERTS = 5
TROUBLE = "Trouble"
KILLS = 2
UNSENT = "SELECT count(*) FROM governance_notification WHERE state <> 'sent'"
WAITING = "SELECT count(*) FROM jobs_job WHERE kind = 'governance.deliver' AND state <> 'done'"
# Pauses between attempts are minutes: the drill skips them.
PAUSE_IS_OVER = (
    "UPDATE jobs_job SET run_after = clock_timestamp()"
    " WHERE kind = 'governance.deliver' AND state = 'pending' AND run_after > clock_timestamp()"
)


@dataclass
class Receiver(FailingReceiver):
    """A receiver of alerts; something else is told, too, which is another test's matter."""

    kind: str = "governance.deliver"
    taken: list[tuple[str, str, str]] = field(default_factory=list)  # id, alert, what happened

    def is_meant(self, body: dict[str, Any]) -> bool:
        return bool(body["data"]["title"] == TROUBLE)

    def note(self, identity: str, body: dict[str, Any]) -> None:
        self.taken.append((identity, body["data"]["alert_id"], body["type"]))


def make_trouble(world: World, host: str) -> None:
    """Open alerts in an organization whose one channel is the receiver."""
    with world.cluster.aimed_at(), world.house.inside():
        world.house.open_hosts(host)
        url = Secret(f"http://{host}/hook")
        create_channel("Hook", "webhook", target=url, is_default=True)
        for person in list(world.house.people.values())[:ALERTS]:
            for _ in range(3):  # trouble that goes on is one alert
                raise_alert("drill", person, name=TROUBLE, message="It does not work.")


def mend(world: World) -> None:
    with world.cluster.aimed_at(), world.house.inside():
        for alert in Alert.objects.all():
            resolve_alert(alert)


def let_time_pass(world: World, until: str) -> None:
    def passed() -> bool:
        world.cluster.execute(PAUSE_IS_OVER)
        return world.cluster.rows(until) == [(0,)]

    eventually(passed, 45, what="every message is delivered")


def test_every_alert_is_told_though_the_channel_fails(world: World) -> None:
    receiver = Receiver(world, breaks_off=3, kills=KILLS)
    with listening(receiver):
        make_trouble(world, receiver.host)
        mend(world)
        world.start("beat-1", "worker-1")
        let_time_pass(world, UNSENT)
        let_time_pass(world, WAITING)
    told = Counter(receiver.taken)
    alerts = {alert for _, alert, _ in told}
    assert len(alerts) == ALERTS
    assert len(told) == 2 * ALERTS, "each alert was told when it opened and when it was over"
    assert receiver.killed == KILLS
    assert max(told.values()) <= 1 + KILLS, "again only where a worker died, and by the same id"
    for alert in alerts:
        order = [what for _, about, what in receiver.taken if about == alert]
        assert order.index("alert.opened") < order.index("alert.resolved")
