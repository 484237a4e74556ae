"""No secret is left anywhere outside, even by a vendor that hangs and a worker that is killed."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import redis as redis_library

from connectors.models import Connection
from jobs.models import Job
from tests.drills.cluster import Cluster
from tests.drills.world import Redis, World, eventually
from tests.security import remains
from tests.security.gate import come_and_go
from tests.security.scene import Scene

GIVEN_UP = ("done", "dead")


@dataclass
class Stage:
    """A running ARM on a server of its own, with Redis, and a vendor that repeats what it hears."""

    world: World
    cluster: Cluster
    scene: Scene

    @property
    def places(self) -> dict[str, str]:
        """Return the text of every place where a secret could have been left."""
        return {
            "the programs' logs": remains.logs(self.world),
            "PostgreSQL's log": remains.server_log(self.cluster),
            "a dump": remains.dump(self.cluster),
            "the write-ahead log": remains.write_ahead_log(self.cluster),
            "the data files": remains.data_files(self.cluster),
            "Redis": remains.in_redis(self.world),
            "environments": remains.environments(self.world),
        }

    def leaks(self) -> dict[str, list[str]]:
        return {
            name: found
            for name, text in self.places.items()
            if (found := self.scene.canaries.found_in(text))
        }

    def ask(self, method: str, path: str, body: Any, token: str) -> tuple[int, Any]:
        return self.world.ask(method, f"/api/v1{path}", body, token=token, patience=60)

    def called(self, before: int) -> bool:
        """Tell whether somebody called the vendor since."""
        return len(self.scene.echo.listener.requests) > before


@pytest.fixture
def stage(own_cluster: Cluster, redis: Redis, make_world: Any) -> Iterator[Stage]:
    world = make_world(own_cluster, redis=redis)
    with own_cluster.aimed_at():
        scene = Scene(world.house)
        yield Stage(world, own_cluster, scene)
        scene.close()


def connect(stage: Stage, token: str) -> None:
    """Enter keys over HTTP while the vendor accepts, refuses, answers nonsense and hangs."""
    new, echo = stage.scene.canaries.new, stage.scene.echo
    for mood in ("accept", "refuse", "garbled", "hang"):
        echo.mood = mood
        body = {
            "name": mood,
            "vendor": "openai",
            "base_url": echo.url,
            "admin_key": new(f"over HTTP, {mood}, admin"),
            "runtime_key": new(f"over HTTP, {mood}, runtime"),
        }
        status, _ = stage.ask("POST", "/connections", body, token)
        assert status in (201, 400), mood


def kill_a_worker_in_a_call(stage: Stage, token: str) -> None:
    """Let a worker hold an opened key in a call that never ends, and kill it there."""
    world, echo = stage.world, stage.scene.echo
    with world.house.inside():
        pk = Connection.objects.get(name="accept").pk
    echo.mood, before = "hang", len(echo.listener.requests)
    assert stage.ask("POST", "/agents/discover", {"connection": str(pk)}, token)[0] < 300
    eventually(lambda: stage.called(before), 30, what="a worker calls the vendor")
    world.hit("worker-1")
    echo.mood = "fail"
    world.cluster.execute("UPDATE jobs_job SET lease_until = now() WHERE state = 'running'")

    def judged() -> bool:
        with world.house.inside():
            jobs = Job.objects.filter(kind="agents.discover")
            return any(job.last_error or job.state in GIVEN_UP for job in jobs)

    eventually(judged, 40, what="the work is taken up again")


def test_no_secret_is_left_outside(stage: Stage) -> None:
    world, scene = stage.world, stage.scene
    token = world.house.key()
    secret = token.rpartition("_")[2]
    scene.canaries.planted["the API key that was used"] = secret
    world.start("web-1", "beat-1", "worker-1")
    world.wait_until_serving()
    world.wait_until_working()
    connect(stage, token)
    kill_a_worker_in_a_call(stage, token)
    come_and_go(scene)
    scene.echo.mood = "refuse"
    scene.channels()
    stage.ask("GET", f"/agents?api_key={scene.canaries.new('in an address')}", None, token)
    stage.ask("GET", "/agents", None, f"arm_sk_live_0123456789ab_{scene.canaries.new('a guess')}")
    assert stage.leaks() == {}
    assert len(scene.canaries.planted) > 20
    assert all(stage.places.values()), "Each place has something in it that was searched."


def test_each_place_is_really_searched(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    world, canaries = stage.world, stage.scene.canaries
    monkeypatch.setenv("LEFT_OVER", canaries.new("the environment"))
    world.start("worker-1")
    world.pid("worker-1")
    eventually(lambda: remains.environments(world), what="the environment is told")
    for statement in ("CREATE TABLE leak (text text)", "INSERT INTO leak VALUES ('{}')"):
        stage.cluster.execute(statement.format(canaries.new("a table")))
    stage.cluster.execute(f"DO $$ BEGIN RAISE LOG '%', '{canaries.new('a log line')}'; END $$")
    (world.folder / "logs" / "own.log").write_text(canaries.new("a program"))
    assert world.redis is not None
    with redis_library.Redis.from_url(world.redis.url) as server:
        server.hset("a hash", "field", canaries.new("redis"))
    found = {name: {_place(leak) for leak in leaks} for name, leaks in stage.leaks().items()}
    assert found == {
        "the programs' logs": {"a program"},
        "PostgreSQL's log": {"a log line"},
        "a dump": {"a table"},
        "the write-ahead log": {"a table"},
        "the data files": {"a table"},
        "Redis": {"redis"},
        "environments": {"the environment"},
    }


def _place(leak: str) -> str:
    """Return where a secret had gone in, without the spelling in which it came out."""
    return leak.rpartition(" (")[0]
