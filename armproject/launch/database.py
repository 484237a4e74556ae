"""The database of an installation: the embedded one, or the one DATABASE_URL names."""

import os
import secrets
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote, urlsplit, urlunsplit

import psycopg
from psycopg.conninfo import conninfo_to_dict

from armproject.launch.trouble import Trouble
from armproject.lib.embedded_postgres import EmbeddedPostgres
from armproject.lib.prepare_server import APP, BROKER, OWNER, PostgresUnusable, prepare_server


class Database(Protocol):
    """What the start needs of a database."""

    title: str

    def prepare(self) -> dict[str, str]:
        """Make it ready for migrations and return the environment these need."""

    def watch(self) -> None:
        """Bring it back where it died."""

    def stop(self) -> None:
        """Stop it where it is ours."""


class Embedded:
    """PostgreSQL in the data folder."""

    title = "Embedded PostgreSQL"

    def __init__(self, data: Path) -> None:
        self.server = EmbeddedPostgres(data / "postgres", durable="ARM_TESTING" not in os.environ)

    def prepare(self) -> dict[str, str]:
        self.server.ensure_running()
        return {}

    def watch(self) -> None:
        if not self.server.is_ready():
            self.server.ensure_running()

    def stop(self) -> None:
        self.server.stop()


class External:
    """A server somebody else keeps."""

    title = "PostgreSQL of DATABASE_URL"

    def prepare(self) -> dict[str, str]:
        """Set up roles and databases where the owner's login may do so."""
        app = _parameters("DATABASE_URL")
        if "DATABASE_OWNER_URL" not in os.environ:
            _reach(app)
            return {}
        owner = _parameters("DATABASE_OWNER_URL")
        if owner.get("user") == OWNER:  # the roles are there, and somebody else looks after them
            _reach(owner)
            return {}
        return self._prepare_roles(app, owner)

    def watch(self) -> None:
        """Leave it to those who keep it."""

    def stop(self) -> None:
        """Leave it to those who keep it."""

    def _prepare_roles(self, app: dict[str, Any], owner: dict[str, Any]) -> dict[str, str]:
        if app.get("user") != APP:
            raise Trouble(f"DATABASE_URL must log in as {APP}: row-level security binds that role.")
        # Nobody needs to remember the owner's password: each set-up makes a new one.
        passwords = {OWNER: secrets.token_urlsafe(32)}
        broker = conninfo_to_dict(os.environ.get("ARM_BROKER_DSN", ""))
        for role, login in ((APP, app), (BROKER, broker)):
            if login.get("password"):
                passwords[role] = str(login["password"])
        database = str(app["dbname"])
        if owner.get("dbname") == database:  # which may not be there yet
            owner["dbname"] = "postgres"
        prepare_server(owner, passwords, database=database, broker=bool(broker))
        url = os.environ["DATABASE_OWNER_URL"]
        return {"DATABASE_OWNER_URL": _signed_in(url, OWNER, passwords[OWNER], database)}


def choose(data: Path) -> Database:
    """Return the database the environment asks for."""
    return External() if os.environ.get("DATABASE_URL") else Embedded(data)


def _parameters(variable: str) -> dict[str, Any]:
    try:
        found = conninfo_to_dict(os.environ[variable])
    except psycopg.ProgrammingError as problem:
        raise Trouble(
            f"{variable} is not a URL like postgres://user:password@host/arm."
        ) from problem
    if not found.get("dbname") or not found.get("user"):
        raise Trouble(f"{variable} must name a user and a database: postgres://user@host/arm.")
    return found


def _reach(parameters: dict[str, Any]) -> None:
    try:
        psycopg.connect(**{"connect_timeout": 10, **parameters}).close()
    except psycopg.OperationalError as problem:
        reason = str(problem).strip().splitlines()[-1]
        raise PostgresUnusable(f"PostgreSQL cannot be reached: {reason}") from problem


def _signed_in(url: str, user: str, password: str, database: str) -> str:
    parts = urlsplit(url)
    place = parts.netloc.rpartition("@")[2]
    netloc = f"{user}:{quote(password, safe='')}@{place}"
    return urlunsplit(parts._replace(netloc=netloc, path=f"/{quote(database, safe='')}"))
