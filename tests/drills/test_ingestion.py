"""What exporters were told is kept is kept, once, whatever dies or breaks meanwhile."""

import os
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.drills.cluster import Cluster, of_its_own
from tests.drills.exporters import (
    SPANS,
    TAKEN,
    Batch,
    Exporter,
    Sender,
    judge_kept,
    start_exporters,
    stop_exporters,
    taken,
    whole_batches,
)
from tests.drills.small_disk import SmallDisk, mounted
from tests.drills.test_postgres_dies import unfit
from tests.drills.wire import Wire
from tests.drills.world import World, eventually, is_alive

KILLS_OF_WEB = int(os.environ.get("ARM_DRILL_KILLS", "6"))
KILLS_OF_POSTGRES = 3
COPIES = 10
CUTS = 6
NOT_NOW = 503
HONEST = {TAKEN, NOT_NOW, 0}  # taken; not now; no whole answer


@pytest.fixture
def wire(cluster: Cluster) -> Iterator[Wire]:
    found = Wire(Path(cluster.superuser["host"]), int(cluster.superuser["port"]))
    yield found
    found.close()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[SmallDisk]:
    with mounted(tmp_path / "small", 160) as found:
        yield found


def key(world: World) -> str:
    with world.cluster.aimed_at():
        return world.house.key()


def serve(world: World) -> str:
    """Start the web server and return a key to it."""
    token = key(world)
    world.start("web")
    world.wait_until_serving()
    return token


def go_on(exporters: list[Exporter], batches: int = 1) -> None:
    """Wait until this many more batches are taken."""
    enough = taken(exporters) + batches
    eventually(lambda: taken(exporters) >= enough, 30, what="batches are taken")


def test_a_web_server_killed_again_and_again_loses_and_doubles_nothing(world: World) -> None:
    exporters = start_exporters(world, serve(world), 3)
    for _ in range(KILLS_OF_WEB):
        go_on(exporters)
        time.sleep(world.dice.uniform(0, 0.2))
        killed = world.kill_whole("web")
        eventually(lambda pid=killed: not is_alive(pid), what="it is dead")
    go_on(exporters)
    answers = stop_exporters(exporters)
    assert set(answers) <= HONEST
    judge_kept(world)
    assert whole_batches(world.cluster), "no half of a batch"


def test_a_database_killed_while_it_keeps_spans_forgets_nothing(
    own_cluster: Cluster, make_world: Any
) -> None:
    assert unfit(own_cluster) == []
    world = make_world(own_cluster)
    exporters = start_exporters(world, serve(world), 3)
    for _ in range(KILLS_OF_POSTGRES):
        go_on(exporters, 5)
        time.sleep(world.dice.uniform(0.2, 1))
        world.kill_postgres()
        own_cluster.server.ensure_running()  # type: ignore[union-attr] # as bin/up does
    go_on(exporters)
    answers = stop_exporters(exporters)
    assert set(answers) <= HONEST
    judge_kept(world)
    assert whole_batches(own_cluster)


def test_ten_copies_of_each_batch_out_of_order_are_kept_once(world: World) -> None:
    sender = Sender(0, serve(world))
    sender.port = world.port
    batches = [Batch(f"copy-{number}", native=bool(number % 2)) for number in range(12)]
    copies = batches * COPIES
    world.dice.shuffle(copies)
    answers: Counter[int] = Counter()

    def deliver(share: list[Batch]) -> None:
        for batch in share:
            answers[sender.send(batch, patience=30)[0]] += 1

    senders = [threading.Thread(target=deliver, args=(copies[part::4],)) for part in range(4)]
    for thread in senders:
        thread.start()
    for thread in senders:
        thread.join()
    assert answers == {TAKEN: len(copies)}
    for batch in batches:
        world.written.note(*batch.names[:1])
        assert sender.send(batch)[0] == TAKEN, "an hour later, say"
    judge_kept(world)
    kept = world.cluster.rows("SELECT count(*), sum(spans) FROM telemetry_run")
    assert kept == [(len(batches), len(batches) * SPANS)]


def test_a_confirmation_that_never_arrives_keeps_a_batch_once(world: World, wire: Wire) -> None:
    world.postgres = wire.folder
    exporters = start_exporters(world, serve(world), 3)
    for _ in range(CUTS):
        wire.cut_commits(1)
        go_on(exporters, 5)
    answers = stop_exporters(exporters)
    assert wire.cuts == CUTS
    assert set(answers) <= HONEST
    judge_kept(world)
    assert whole_batches(world.cluster)


def test_a_full_disk_refuses_and_loses_nothing(
    own_cluster: Cluster, make_world: Any, small_disk: SmallDisk
) -> None:
    world = make_world(own_cluster)
    token = serve(world)
    Sender(world.port, token).send(Batch("first", native=False))  # today's partition is there
    move_spans(own_cluster, small_disk)
    filler = small_disk.fill()
    exporters = start_exporters(world, token, 3, pause=0)
    eventually(lambda: all(each.answers[NOT_NOW] for each in exporters), 60, what="it is full")
    assert int(exporters[0].headers[NOT_NOW]["retry-after"]) > 0
    assert world.ask("GET", "/api/v1/runs", token=token)[0] == TAKEN, "reading works"
    assert world.ask("GET", "/api/health")[0] == TAKEN
    filler.unlink()
    go_on(exporters, 10)
    answers = stop_exporters(exporters)
    assert set(answers) <= HONEST
    judge_kept(world)
    assert whole_batches(own_cluster)


def test_a_server_without_room_for_its_log_comes_back_with_all_it_confirmed(
    django_db_blocker: Any, make_world: Any, tmp_path: Path
) -> None:
    with (
        django_db_blocker.unblock(),
        mounted(tmp_path / "whole", 640) as disk,
        of_its_own(disk.folder) as cluster,
    ):
        world = make_world(cluster)
        exporters = start_exporters(world, serve(world), 3, pause=0)
        go_on(exporters, 10)
        filler = disk.fill()
        refused = [each.answers[NOT_NOW] for each in exporters]
        eventually(
            lambda: all(each.answers[NOT_NOW] > refused[each.number] for each in exporters),
            60,
            what="there is no room",
        )
        filler.unlink()
        cluster.server.ensure_running()  # type: ignore[union-attr] # as bin/up does
        go_on(exporters, 10)
        answers = stop_exporters(exporters)
        assert set(answers) <= HONEST
        judge_kept(world)
        assert whole_batches(cluster)
        world.stop()


def move_spans(cluster: Cluster, disk: SmallDisk) -> None:
    """Let the days of spans lie on the small disk."""
    account = cluster.pid_file.stat()
    home = disk.folder / "spans"
    home.mkdir()
    os.chown(home, account.st_uid, account.st_gid)
    cluster.execute(f"CREATE TABLESPACE small LOCATION '{home}'")
    days = cluster.rows(
        "SELECT inhrelid::regclass::text FROM pg_inherits"
        " WHERE inhparent = 'telemetry_span'::regclass"
    )
    for (day,) in days:
        cluster.execute(f"ALTER TABLE {day} SET TABLESPACE small")
    cluster.execute("ALTER TABLE telemetry_span SET TABLESPACE small")
