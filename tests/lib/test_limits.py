"""Rate limits: exact to the call, over all processes, and never open when the store is away."""

import random
import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connection

from armproject.lib.errors import Unavailable
from armproject.lib.ids import uuid7
from armproject.lib.limits import Bucket, Gate, PostgresStore, ProcessStore, RedisStore, Verdict
from armproject.lib.limits.bucket import Held, Store
from tests.drills.world import Redis

DAY = 86_400  # so that nothing drains while a test runs

CALLER = """
import sys
from contextlib import contextmanager
import psycopg, structlog
from armproject.lib.limits import Bucket, Gate, PostgresStore, RedisStore
structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
kind, where, key, limit, calls, ahead = sys.argv[1:]
if kind == "postgres":
    server = psycopg.connect(where, autocommit=True)
    @contextmanager
    def borrow():
        yield server
    store = PostgresStore(borrow)
else:
    store = RedisStore(where)
gate, bucket = Gate(store, processes=4), Bucket(key, int(limit), 86_400)
print("ready", flush=True)
for line in sys.stdin:
    passed = sum(gate.take(bucket, ahead=ahead == "ahead").is_allowed for _ in range(int(calls)))
    print(passed, flush=True)
"""


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Redis]:
    if shutil.which("redis-server") is None:
        pytest.skip("redis-server is not installed")
    server = Redis(tmp_path_factory.mktemp("redis"))
    server.start()
    yield server
    server.kill()


def conninfo() -> str:
    """Return how another process logs in to this test's database, as the product would."""
    given = connection.get_connection_params()
    login = {name: given[name] for name in ("host", "port", "user", "dbname") if given.get(name)}
    return psycopg.conninfo.make_conninfo(**login)


@contextmanager
def lent() -> Iterator[Any]:
    yield connection.connection


@pytest.fixture(params=["process", "postgres", "redis"])
def store(request: pytest.FixtureRequest) -> Store:
    if request.param == "process":
        return ProcessStore()
    if request.param == "redis":
        return RedisStore(request.getfixturevalue("redis").url)
    request.getfixturevalue("db")
    connection.ensure_connection()
    return PostgresStore(lent)


@pytest.fixture
def key() -> str:
    return f"read:key:{uuid7()}"


def test_exactly_so_many_calls_pass_and_then_none(store: Store, key: str) -> None:
    bucket = Bucket(key, 10, DAY)
    passed = [store.take([bucket], 1)[0] for _ in range(13)]
    assert passed == [True] * 10 + [False] * 3


def test_a_refused_call_fills_no_bucket(store: Store, key: str) -> None:
    full, wide = Bucket(f"{key}:full", 1, DAY), Bucket(f"{key}:wide", 10, DAY)
    store.take([full], 1)
    before = store.take([wide], 1)[1]
    fits, levels = store.take([wide, full], 1)
    assert not fits
    assert levels[0] <= before[0]


def test_another_key_is_not_touched(store: Store, key: str) -> None:
    store.take([Bucket(f"{key}:a", 1, DAY)], 1)
    assert not store.take([Bucket(f"{key}:a", 1, DAY)], 1)[0]
    assert store.take([Bucket(f"{key}:b", 1, DAY)], 1)[0]


def test_several_calls_at_once_fit_as_a_whole_or_not(store: Store, key: str) -> None:
    bucket = Bucket(key, 10, DAY)
    assert [store.take([bucket], cost)[0] for cost in (6, 5, 4, 1)] == [True, False, True, False]


def test_a_bucket_drains_steadily(key: str) -> None:
    now = [0]
    store, bucket = ProcessStore(clock=lambda: now[0]), Bucket(key, 6, 60)
    assert [store.take([bucket], 1)[0] for _ in range(7)] == [True] * 6 + [False]
    now[0] += 10_000_000  # a sixth of the minute
    assert [store.take([bucket], 1)[0] for _ in range(2)] == [True, False]
    now[0] += 600_000_000
    assert [store.take([bucket], 1)[0] for _ in range(7)] == [True] * 6 + [False]


def test_all_stores_judge_alike(db: None, redis: Redis, key: str) -> None:
    """The same calls meet the same answers, whoever keeps the buckets."""
    connection.ensure_connection()
    stores: list[Store] = [ProcessStore(), PostgresStore(lent), RedisStore(redis.url)]
    chance = random.Random(4)
    buckets = [Bucket(f"{key}:{n}", chance.randint(1, 9), DAY) for n in range(6)]
    for _ in range(200):
        asked, cost = chance.sample(buckets, chance.randint(1, 4)), chance.randint(1, 3)
        assert len({each.take(asked, cost)[0] for each in stores}) == 1


def test_a_verdict_tells_the_tightest_limit_and_when_to_come_back() -> None:
    wide, tight = Bucket("wide", 100, 60), Bucket("tight", 6, 60)
    open_, full = (True, (0, 50_000_000)), (False, (0, 60_000_000))
    assert Verdict.of([wide, tight], open_).headers == {
        "X-RateLimit-Limit": "6",
        "X-RateLimit-Remaining": "1",
        "X-RateLimit-Reset": "50",
    }
    assert Verdict.of([wide, tight], full).headers["Retry-After"] == "10"


@contextmanager
def calling(kind: str, where: str, key: str, calls: int, ahead: str = "") -> Iterator[list[Any]]:
    """Start four processes that wait to be told to make their calls; 1,000 fit."""
    argv = [sys.executable, "-c", CALLER, kind, where, key, "1000", str(calls), ahead]
    root = Path(__file__).resolve().parents[2]
    started = [
        subprocess.Popen(
            argv, cwd=root, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=1
        )
        for _ in range(4)
    ]
    for each in started:
        assert each.stdout.readline() == "ready\n"
    yield started
    for each in started:
        each.stdin.close()
        each.wait(30)


def called(started: list[Any]) -> int:
    """Let each process make its calls, all at the same time, and return how many passed."""
    for each in started:
        each.stdin.write("go\n")
    return sum(int(each.stdout.readline()) for each in started)


@pytest.fixture(params=["postgres", "redis"])
def shared(request: pytest.FixtureRequest) -> tuple[str, str]:
    """A store that processes share: its kind and where it is."""
    if request.param == "redis":
        return "redis", request.getfixturevalue("redis").url
    request.getfixturevalue("committed")
    return "postgres", conninfo()


def test_four_processes_together_pass_exactly_the_limit(shared: tuple[str, str], key: str) -> None:
    with calling(*shared, key, 400) as started:
        assert called(started) == 1_000
        assert called(started) == 0


def test_processes_that_take_calls_ahead_never_pass_more(shared: tuple[str, str], key: str) -> None:
    with calling(*shared, key, 400, "ahead") as started:
        passed = called(started)
        assert 0 < passed <= 1_000
        assert passed + called(started) <= 1_000


def test_when_redis_dies_in_a_burst_hardly_more_than_the_limit_passes(
    tmp_path: Path, key: str
) -> None:
    if shutil.which("redis-server") is None:
        pytest.skip("redis-server is not installed")
    server = Redis(tmp_path)
    server.start()
    with calling("redis", server.url, key, 150) as started:
        passed = called(started)
        assert passed == 600
        server.kill()
        for _ in range(4):
            passed += called(started)
    assert 900 <= passed <= 1_200


def test_calls_over_shared_buckets_never_block_each_other_for_good(committed: None) -> None:
    """Many take the same buckets in different orders; PostgreSQL reports a deadlock as an error."""

    def hammer(seed: int) -> int:
        chance = random.Random(seed)
        with psycopg.connect(conninfo(), autocommit=True) as server:

            @contextmanager
            def borrow() -> Iterator[Any]:
                yield server

            store, passed = PostgresStore(borrow), 0
            for _ in range(100):
                names = chance.sample("abcdefgh", 4)
                passed += store.take([Bucket(name, 10_000, DAY) for name in names], 1)[0]
            return passed

    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(hammer, range(6))) == [100] * 6


def test_empty_buckets_are_swept_away(db: None, key: str) -> None:
    connection.ensure_connection()
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO arm_rate_bucket VALUES ('long ago', 1)")
        store = PostgresStore(lent)
        store._swept = -DAY
        store.take([Bucket(key, 10, DAY)], 1)
        cursor.execute("SELECT key FROM arm_rate_bucket")
        assert cursor.fetchall() == [(key,)]


class Away:
    """A store that is away, and counts how often it was asked."""

    asked = 0

    def take(self, buckets: Any, cost: int) -> Held:
        self.asked += 1
        raise ConnectionError("the store is away")


def test_without_a_store_each_process_keeps_to_its_share(key: str) -> None:
    gate = Gate(Away(), processes=4)
    passed = [gate.take(Bucket(key, 100, DAY)).is_allowed for _ in range(60)]
    assert sum(passed) == 25


def test_a_store_that_is_away_is_left_alone_for_a_while(key: str) -> None:
    now, away = [0.0], Away()
    gate = Gate(away, clock=lambda: now[0])
    for _ in range(10):
        gate.take(Bucket(key, 100, DAY))
    assert away.asked == 2
    now[0] += 6
    gate.take(Bucket(key, 100, DAY))
    assert away.asked == 3


def test_what_must_be_counted_by_all_is_counted_by_the_spare_store_or_refused(key: str) -> None:
    gate, bucket = Gate(Away(), spare=ProcessStore()), Bucket(key, 2, DAY)
    assert [gate.take(bucket, strict=True).is_allowed for _ in range(3)] == [True, True, False]
    for alone in (Gate(Away()), Gate(Away(), spare=Away())):
        with pytest.raises(Unavailable):
            alone.take(bucket, strict=True)


def test_calls_taken_ahead_are_all_counted_and_save_most_questions(key: str) -> None:
    class Counting(ProcessStore):
        asked = 0

        def take(self, buckets: Any, cost: int) -> Held:
            self.asked += 1
            return super().take(buckets, cost)

    now, counting, bucket = [0.0], Counting(), Bucket(key, 1_000, DAY)
    gate = Gate(counting, clock=lambda: now[0])
    passed = sum(gate.take(bucket, ahead=True).is_allowed for _ in range(1_200))
    assert (passed, counting.asked < 400) == (1_000, True)


def test_the_answers_of_calls_taken_ahead_count_down_by_one(key: str) -> None:
    gate, bucket = Gate(ProcessStore(), clock=lambda: 0.0), Bucket(key, 100, DAY)
    shown = [gate.take(bucket, ahead=True).remaining for _ in range(100)]
    assert shown == list(range(99, -1, -1))
