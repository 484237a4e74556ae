"""What a drill may ask for: a world on a clone of the database, or on a server it may kill."""

import os
import shutil
import signal
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.cast import make_house
from tests.drills.cluster import Cluster, cloned, of_its_own, own_name
from tests.drills.world import Redis, World, strain

# More kills than usual, asked for by hand, are given more time.
LONGEST = 90 + 6 * int(os.environ.get("ARM_DRILL_KILLS", "0"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.drill)


@pytest.fixture(autouse=True)
def bounded() -> Iterator[None]:
    """Break off a drill that hangs; on a quiet machine with two cores each ends in a minute."""

    def too_long(*_: object) -> None:
        raise TimeoutError("the drill does not end")

    signal.signal(signal.SIGALRM, too_long)
    signal.alarm(int(LONGEST * strain()))
    yield
    signal.alarm(0)


@pytest.fixture
def cluster(django_db_blocker: Any, worker_id: str) -> Iterator[Cluster]:
    with django_db_blocker.unblock(), cloned(own_name(worker_id)) as found:
        yield found


@pytest.fixture
def own_cluster(django_db_blocker: Any, tmp_path: Path) -> Iterator[Cluster]:
    with django_db_blocker.unblock(), of_its_own(tmp_path) as found:
        yield found


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[Redis]:
    if shutil.which("redis-server") is None:
        pytest.skip("redis-server is not installed; this drill kills one")
    server = Redis(tmp_path)
    server.start()
    yield server
    server.kill()


@pytest.fixture
def make_world(tmp_path: Path) -> Iterator[Any]:
    """Return what makes worlds; each is stopped at the end, whatever happens."""
    with ExitStack() as stack:

        def make(cluster: Cluster, *, redis: Redis | None = None) -> World:
            with cluster.aimed_at():
                house = make_house("Acme")
            world = World(tmp_path, cluster, house, redis)
            stack.callback(world.stop)
            return world

        yield make


@pytest.fixture
def world(cluster: Cluster, make_world: Any) -> World:
    made: World = make_world(cluster)
    return made
