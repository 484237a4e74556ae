"""Databases of the benchmarks' own server: made once, kept while the schema stays the same."""

import hashlib
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from psycopg import sql

from armproject.lib.embedded_postgres import EmbeddedPostgres
from armproject.lib.prepare_server import APP, BROKER, create_database
from bench.rows import say


def postgres() -> EmbeddedPostgres:
    """Return the embedded server of the benchmarks, running."""
    server: EmbeddedPostgres | None = settings.EMBEDDED_POSTGRES
    if server is None:
        sys.exit("Benchmarks run on the embedded PostgreSQL; unset DATABASE_URL.")
    server.ensure_running()
    return server


def open_database(name: str, fill: Callable[[int], None], number: int) -> None:
    """Point Django at this database; make and fill it first unless it is there as it should be.

    It gets its name when it is complete, so that one left half-way is never taken for whole.
    """
    wanted = _fingerprint(fill)
    if _label(name) == wanted:
        point_at(name)
        return
    began, unfinished = time.monotonic(), f"{name}_unfinished"
    say(f"making the database {name} …")
    point_at(None)
    for old in (name, unfinished):
        _run("DROP DATABASE IF EXISTS {} WITH (FORCE)", old)
    create_database(postgres().superuser_conninfo(), unfinished)
    point_at(unfinished)
    call_command("migrate", database="owner", verbosity=0)
    fill(number)
    point_at(None)
    _run("ALTER DATABASE {} RENAME TO {}", unfinished, name)
    _run("COMMENT ON DATABASE {} IS " + _literal(wanted), name)
    point_at(name)
    say(f"{name} was made in {time.monotonic() - began:.0f} s")


@contextmanager
def cloned(name: str) -> Iterator[str]:
    """Point Django at a copy of this database for the while, and drop the copy afterwards."""
    copy = f"{name}_copy"
    point_at(None)
    _run("DROP DATABASE IF EXISTS {} WITH (FORCE)", copy)
    _run("CREATE DATABASE {} TEMPLATE {}", copy, name)
    point_at(copy)
    try:
        yield copy
    finally:
        point_at(name)
        _run("DROP DATABASE IF EXISTS {} WITH (FORCE)", copy)


def forget_messages() -> None:
    """Empty the broker, so that nothing of a run that was broken off is taken for one's own."""
    with superuser(BROKER) as server:
        for (name,) in server.execute("SELECT queue_name FROM pgmq.meta").fetchall():
            server.execute(sql.SQL("TRUNCATE pgmq.{}").format(sql.Identifier(f"q_{name}")))


def point_at(name: str | None) -> None:
    """Close Django's connections; the next ones lead to this database."""
    for alias in ("default", "owner"):
        connections[alias].close()
        with suppress(AttributeError):
            connections[alias].close_pool()  # type: ignore[attr-defined]
        if name is not None:
            connections[alias].settings_dict["NAME"] = name


def superuser(name: str | None = None) -> psycopg.Connection[Any]:
    """Log in as the server's superuser; without a name, to the database Django points at."""
    dbname = name or str(connections["default"].settings_dict["NAME"])
    return psycopg.connect(**postgres().superuser_conninfo(dbname), autocommit=True)


def url_of(name: str) -> str:
    """Return the address under which the application logs in to this database."""
    return f"postgres://{APP}@/{postgres().socket_dir}/{name}"


def _fingerprint(fill: Callable[[int], None]) -> str:
    """Return what a database is made of: every migration, and the code that fills it."""
    code = Path(sys.modules[fill.__module__].__file__ or "")
    parts = [*sorted(settings.BASE_DIR.glob("*/migrations/*.py")), code]
    return hashlib.sha256(b"".join(part.read_bytes() for part in parts)).hexdigest()


def _label(name: str) -> str | None:
    with superuser("postgres") as server:
        row = server.execute(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s",
            [name],
        ).fetchone()
    return row[0] if row else None


def _literal(text: str) -> str:
    return sql.Literal(text).as_string(None)


def _run(statement: Any, *names: str) -> None:
    with superuser("postgres") as server:
        server.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))
