"""What a running ARM leaves on disk and elsewhere: each function returns the text of one place."""

import os
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import redis

from armproject.lib.postgres_programs import bin_dir
from tests.drills.cluster import Cluster
from tests.drills.world import World, children_of


def logs(world: World) -> str:
    """Everything that web, workers and the clock wrote."""
    return "\n".join(path.read_text() for path in (world.folder / "logs").glob("*.log"))


def server_log(cluster: Cluster) -> str:
    """Everything that PostgreSQL wrote about connections, statements and failures."""
    assert cluster.server is not None
    return cluster.server.log.read_text(errors="replace")


def dump(cluster: Cluster) -> str:
    """A backup as an operator makes it, of everything that ARM and its broker keep."""
    return "\n".join(map(_dumped, (cluster, cluster), (cluster.name, cluster.broker)))


def _dumped(cluster: Cluster, name: str) -> str:
    login = cluster.superuser
    done = subprocess.run(
        [
            *(str(bin_dir() / "pg_dump"), "--inserts", "--dbname", name),
            *("--host", str(login["host"]), "--port", str(login["port"])),
            *("--username", str(login["user"])),
        ],
        capture_output=True,
        check=True,
    )
    return done.stdout.decode(errors="replace")


def write_ahead_log(cluster: Cluster) -> str:
    """Every segment that a standby or an archive would be given, byte for byte."""
    assert cluster.server is not None
    cluster.execute("CHECKPOINT")
    return _bytes(path for path in (cluster.server.data / "pg_wal").iterdir() if path.is_file())


def data_files(cluster: Cluster) -> str:
    """The tables themselves, with rows that were replaced and are not swept away yet."""
    assert cluster.server is not None
    cluster.execute("CHECKPOINT")
    return _bytes(path for path in (cluster.server.data / "base").rglob("*") if path.is_file())


def _bytes(paths: Iterable[Path]) -> str:
    return "\n".join(path.read_bytes().decode("latin-1") for path in paths)


def in_redis(world: World) -> str:
    """Every key and value: messages, buckets of limits, caches."""
    assert world.redis is not None
    with redis.Redis.from_url(world.redis.url) as server:
        return "\n".join(f"{key!r} {_value(server, key)!r}" for key in server.scan_iter())


def _value(server: Any, key: bytes) -> Any:
    readers = {
        b"string": server.get,
        b"hash": server.hgetall,
        b"set": server.smembers,
        b"list": lambda name: server.lrange(name, 0, -1),
        b"zset": lambda name: server.zrange(name, 0, -1),
    }
    return readers[server.type(key)](key)


def environments(world: World) -> str:
    """What each running program was given, which crash reports like to tell."""
    pids = [pid for name in world.started if (pid := world.supervisor.pid(name))]
    pids += [child for pid in pids for child in children_of(pid)]
    found = [Path(f"/proc/{pid}/environ") for pid in pids if pid != os.getpid()]
    return _bytes(path for path in found if path.exists())
