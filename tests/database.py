"""Throw-away databases, cloned from a template that was migrated once per state of the code."""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from psycopg import sql

from armproject.lib.prepare_server import create_database

ROOT = Path(__file__).resolve().parent.parent
SHAPE = ("isolation.py", "partitions.py", "prepare_server.py")


def superuser() -> dict[str, Any]:
    """Return how to log in as one who may create databases."""
    if settings.EMBEDDED_POSTGRES is not None:
        return settings.EMBEDDED_POSTGRES.superuser_conninfo()
    url = os.environ["DATABASE_OWNER_URL"]
    return psycopg.conninfo.conninfo_to_dict(url)


def fingerprint() -> str:
    """Return a mark of everything that decides what a migrated database looks like."""
    files = sorted(ROOT.glob("*/migrations/*.py"))
    files += [ROOT / "armproject" / "lib" / name for name in SHAPE]
    files += [*sorted(ROOT.glob("*/tasks.py")), ROOT / "accounts" / "grants.py"]
    digest = hashlib.sha256()
    for path in files:
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def template() -> str:
    """Return the name of a migrated database for this state of the code, made if missing."""
    name = f"arm_template_{fingerprint()}"
    with psycopg.connect(**superuser(), autocommit=True) as server:
        server.execute("SELECT pg_advisory_lock(7421)")
        known = server.execute(
            "SELECT datname FROM pg_database WHERE datname = %s AND datistemplate", [name]
        ).fetchone()
        if known is None:
            drop(name)
            create_database(superuser(), name)
            with pointing_at(name):
                call_command("migrate", database="owner", verbosity=0)
            server.execute(
                sql.SQL("ALTER DATABASE {} WITH IS_TEMPLATE true").format(sql.Identifier(name))
            )
    return name


def clone(name: str) -> None:
    """Make a fresh database from the template."""
    source = template()
    drop(name)
    with psycopg.connect(**superuser(), autocommit=True) as server:
        server.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER arm_owner").format(
                sql.Identifier(name), sql.Identifier(source)
            )
        )


def drop(name: str) -> None:
    with psycopg.connect(**superuser(), autocommit=True) as server:
        server.execute(
            sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        )


@contextmanager
def pointing_at(name: str) -> Iterator[None]:
    """Let Django's connections use this database for the while."""
    before = connections["default"].settings_dict["NAME"]
    _point_at(name)
    try:
        yield
    finally:
        _point_at(before)


def _point_at(name: str) -> None:
    for alias in ("default", "owner"):
        connections[alias].close()
        connections[alias].settings_dict["NAME"] = name
        settings.DATABASES[alias]["NAME"] = name


def own_name(config_worker: str) -> str:
    """Return this test process's database name."""
    return f"test_{os.environ.get('ARM_TEST_NAME', 'arm')}_{config_worker}".lower()
