"""The Postgres of a drill: a clone in the tests' server, or a durable server of its own."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from psycopg import sql
from psycopg.conninfo import make_conninfo

from armproject.lib.embedded_postgres import EmbeddedPostgres
from armproject.lib.prepare_server import APP, BROKER
from tests import database


@dataclass(frozen=True)
class Cluster:
    """A server with one database for ARM and one for its messages."""

    superuser: dict[str, Any]
    name: str
    broker: str
    environment: dict[str, str]
    server: EmbeddedPostgres | None = None  # where it is the drill's own, to be killed

    def connect(self, dbname: str = "", *, user: str = "") -> psycopg.Connection[Any]:
        """Log in, as the superuser unless told otherwise."""
        found = {**self.superuser, "dbname": dbname or self.name}
        return psycopg.connect(**{**found, **({"user": user} if user else {})}, autocommit=True)

    def rows(self, query: str, *arguments: Any) -> list[tuple[Any, ...]]:
        with self.connect() as conn:
            return conn.execute(query.encode(), arguments or None).fetchall()

    def execute(self, statement: str, *arguments: Any) -> None:
        with self.connect() as conn:
            conn.execute(statement.encode(), arguments or None)

    @property
    def pid_file(self) -> Path:
        assert self.server is not None, "only a server of its own may be killed"
        return self.server.data / "postmaster.pid"

    @property
    def broker_dsn(self) -> str:
        login = {key: self.superuser[key] for key in ("host", "port") if key in self.superuser}
        return make_conninfo(**login, user=BROKER, dbname=self.broker)

    @contextmanager
    def aimed_at(self) -> Iterator[None]:
        """Let Django's connections of this process use the drill's database for the while."""
        before = {alias: dict(connections[alias].settings_dict) for alias in ("default", "owner")}
        target = {"NAME": self.name}
        if self.server is not None:
            target |= {"HOST": str(self.server.socket_dir), "PORT": str(self.server.port)}
        _aim(dict.fromkeys(before, target))
        try:
            yield
        finally:
            _aim(before)


def _aim(targets: dict[str, dict[str, Any]]) -> None:
    for alias, target in targets.items():
        connections[alias].close()
        known = connections[alias].settings_dict
        known.update({key: target[key] for key in ("NAME", "HOST", "PORT") if key in target})


@contextmanager
def cloned(name: str) -> Iterator[Cluster]:
    """Give a clone of the migrated template in the server that all tests share."""
    broker = f"{name}_broker"
    database.clone(name)
    _clone_broker(broker)
    environment = {"DRILL_DATABASE": name, "ARM_DATA_DIR": str(settings.DATA_DIR)}
    try:
        yield Cluster(database.superuser(), name, broker, environment)
    finally:
        database.drop(name)
        database.drop(broker)


def _clone_broker(name: str) -> None:
    database.drop(name)
    with psycopg.connect(**database.superuser(), autocommit=True) as server:
        make = sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER {}")
        server.execute(make.format(*map(sql.Identifier, (name, BROKER, BROKER))))


@contextmanager
def of_its_own(folder: Path) -> Iterator[Cluster]:
    """Give a durable server that belongs to this drill alone, so that it can be killed."""
    data = folder / "data"
    data.mkdir(mode=0o700)
    shutil.copy(settings.DATA_DIR / "secrets.env", data / "secrets.env")
    server = EmbeddedPostgres(data / "postgres", durable=True)
    try:
        server.ensure_running()
        environment = {"DRILL_DATABASE": "arm", "ARM_DATA_DIR": str(data), "DATABASE_URL": ""}
        cluster = Cluster(server.superuser_conninfo(), "arm", BROKER, environment, server)
        with cluster.aimed_at():
            call_command("migrate", database="owner", verbosity=0)
        yield cluster
    finally:
        server.destroy()


def app_login(cluster: Cluster) -> psycopg.Connection[Any]:
    """Log in as the product does."""
    return cluster.connect(user=APP)


def own_name(worker: str) -> str:
    return f"drill_{os.environ.get('ARM_TEST_NAME', 'arm')}_{worker}".lower()
