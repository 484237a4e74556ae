"""What carries messages, and how it loses them all or goes away."""

from typing import Any, Protocol

from psycopg import sql

from tests.drills.cluster import Cluster
from tests.drills.world import Redis


class Carrier(Protocol):
    """A broker that can be hurt."""

    def lose_everything(self) -> None: ...
    def lose_its_queues(self) -> None: ...
    def leave(self) -> None: ...
    def come_back(self) -> None: ...


class PostgresQueue:
    """The embedded default: a queue in tables of a database of its own."""

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster

    def lose_everything(self) -> None:
        with self.cluster.connect(self.cluster.broker) as conn:
            for name in _queues(conn):
                conn.execute(sql.SQL("TRUNCATE pgmq.{}").format(sql.Identifier(f"q_{name}")))

    def lose_its_queues(self) -> None:
        with self.cluster.connect(self.cluster.broker) as conn:
            for name in _queues(conn):
                conn.execute("SELECT pgmq.drop_queue(%s)", [name])

    def leave(self) -> None:
        self._admit("false")
        self.cluster.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s",
            self.cluster.broker,
        )

    def come_back(self) -> None:
        self._admit("true")

    def _admit(self, whom: str) -> None:
        self.cluster.execute(f"ALTER DATABASE {self.cluster.broker} ALLOW_CONNECTIONS {whom}")


def _queues(conn: Any) -> list[str]:
    return [name for (name,) in conn.execute("SELECT queue_name FROM pgmq.meta").fetchall()]


class RedisQueue:
    """A Redis that keeps nothing on disk."""

    def __init__(self, server: Redis) -> None:
        self.server = server

    def lose_everything(self) -> None:
        self.server.kill()
        self.server.start()

    lose_its_queues = lose_everything

    def leave(self) -> None:
        self.server.kill()

    def come_back(self) -> None:
        self.server.start()
