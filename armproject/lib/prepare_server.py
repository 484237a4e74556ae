"""Roles, databases and extensions that ARM needs on a PostgreSQL server, embedded or not."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final, LiteralString

import psycopg
from pgmq import install as pgmq
from psycopg import errors, sql
from psycopg.rows import TupleRow

Connection = psycopg.Connection[TupleRow]

OWNER: Final = "arm_owner"  # owns the database; migrations log in as it
APP: Final = "arm_app"  # web and workers; owns nothing, row-level security binds it
DEFINER: Final = "arm_definer"  # owner of the few functions that look across organizations
INGEST: Final = "arm_ingest"  # may add spans by COPY, which reads nothing; APP takes it on
BROKER: Final = "arm_broker"  # Celery's messages, in a database of their own

ROLES: Final[Mapping[str, tuple[bool, bool]]] = {  # name: (may log in, bypasses row-level security)
    OWNER: (True, False),
    APP: (True, False),
    DEFINER: (False, True),
    INGEST: (False, True),
    BROKER: (True, False),
}
ROLE_SETTINGS: Final[Mapping[str, Mapping[str, str]]] = {
    OWNER: {"lock_timeout": "10s", "idle_in_transaction_session_timeout": "10min"},
    APP: {
        "statement_timeout": "60s",
        "lock_timeout": "10s",
        "idle_in_transaction_session_timeout": "60s",
    },
    BROKER: {"statement_timeout": "30s", "idle_in_transaction_session_timeout": "60s"},
}
# The first minor releases without known holes in row-level security.
SAFE_MINOR: Final[Mapping[int, int]] = {16: 10, 17: 6}
VECTOR_NEEDED: Final = (0, 8)
LOCK_KEY: Final = 0x61726D  # "arm": two preparing processes take turns


class PostgresUnusable(Exception):
    """This PostgreSQL cannot serve ARM; the message is a sentence that says why and what to do."""


def prepare_server(
    superuser: Mapping[str, Any],
    passwords: Mapping[str, str] | None = None,
    *,
    database: str = "arm",
    broker: bool = True,
) -> None:
    """Bring roles, databases and extensions of a server to what ARM needs; safe to repeat.

    `superuser` are connection parameters of a login that may create roles and databases. Roles
    absent from `passwords` keep the password they have, or none.
    """
    with _connect({**superuser, "dbname": _maintenance(superuser)}) as server:
        _refuse_unsafe_version(server.info.server_version)
        server.execute("SELECT pg_advisory_lock(%s)", [LOCK_KEY])
        for role in ROLES:
            _prepare_role(server, role, (passwords or {}).get(role))
        _grant(server, DEFINER, to=sql.Identifier(OWNER))
        # Not inherited: what bypasses row-level security is named where it is used.
        _grant(server, INGEST, to=sql.Identifier(APP), inherit=False)
        if _is_superuser(server):
            with _connect({**superuser, "dbname": "template1"}) as template:
                _prepare_schema(template)
        create_database(superuser, database, owner=OWNER)
        _restrict(server, database, connect=[APP])
        if broker:
            create_database(superuser, BROKER, owner=BROKER)
            _restrict(server, BROKER, connect=[])
            _install_queue(superuser)


def create_database(superuser: Mapping[str, Any], name: str, *, owner: str = OWNER) -> None:
    """Create a database with the extension and schema rights ARM needs, unless it is there."""
    with _connect({**superuser, "dbname": _maintenance(superuser)}) as server:
        found = server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
        if not found:
            _run(server, "CREATE DATABASE {} OWNER {} ENCODING 'UTF8'", name, owner)
    with _connect({**superuser, "dbname": name}) as conn:
        _prepare_schema(conn)


def _maintenance(superuser: Mapping[str, Any]) -> str:
    return str(superuser.get("dbname") or "postgres")


@contextmanager
def _connect(conninfo: Mapping[str, Any]) -> Iterator[Connection]:
    try:
        conn = psycopg.connect(**{"connect_timeout": 10, **conninfo}, autocommit=True)
    except psycopg.OperationalError as problem:
        reason = str(problem).strip().splitlines()[-1]
        raise PostgresUnusable(f"PostgreSQL cannot be reached: {reason}") from problem
    with conn:
        try:
            yield conn
        except errors.InsufficientPrivilege as problem:
            raise PostgresUnusable(
                f"The login {conn.info.user!r} may not prepare this PostgreSQL server "
                f"({problem.diag.message_primary}): use one that may create roles, databases "
                "and extensions."
            ) from problem
        except errors.DiskFull as problem:
            raise PostgresUnusable(
                "The disk of the PostgreSQL server is full: free some space, then try again."
            ) from problem


def _run(conn: Connection, statement: LiteralString, *names: str) -> None:
    conn.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


def _refuse_unsafe_version(number: int) -> None:
    major, minor = divmod(number, 10_000)
    if major < min(SAFE_MINOR) or minor < SAFE_MINOR.get(major, 0):
        raise PostgresUnusable(
            f"PostgreSQL {major}.{minor} is not safe for separating organizations: "
            "ARM needs 16.10, 17.6, 18 or newer."
        )


def _is_superuser(conn: Connection) -> bool:
    return conn.info.parameter_status("is_superuser") == "on"


def _prepare_role(server: Connection, role: str, password: str | None) -> None:
    login, bypass = ROLES[role]
    attributes = sql.SQL(
        " ".join(("LOGIN" if login else "NOLOGIN", "BYPASSRLS" if bypass else "NOBYPASSRLS"))
    )
    name = sql.Identifier(role)
    found = server.execute(
        "SELECT rolcanlogin, rolbypassrls, rolsuper OR rolcreaterole OR rolcreatedb"
        " FROM pg_roles WHERE rolname = %s",
        [role],
    ).fetchone()
    if found is None:
        server.execute(sql.SQL("CREATE ROLE {} {}").format(name, attributes))
    elif found != (login, bypass, False):
        powerless = sql.SQL("NOSUPERUSER NOCREATEROLE NOCREATEDB")
        server.execute(sql.SQL("ALTER ROLE {} {} {}").format(name, attributes, powerless))
    if not _is_superuser(server):
        _grant(server, role, to=sql.SQL("CURRENT_USER"))
    if password is not None:
        # The server is given the hash, so that the password cannot end up in its log.
        digest = server.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256")
        server.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(name, digest.decode()))
    for key, value in ROLE_SETTINGS.get(role, {}).items():
        statement = sql.SQL("ALTER ROLE {} SET {} = {}")
        server.execute(statement.format(name, sql.Identifier(key), value))


def _grant(server: Connection, role: str, *, to: sql.Composable, inherit: bool = True) -> None:
    how = sql.SQL("TRUE" if inherit else "FALSE")
    statement = sql.SQL("GRANT {} TO {} WITH INHERIT {}, SET TRUE")
    server.execute(statement.format(sql.Identifier(role), to, how))


def _restrict(server: Connection, database: str, *, connect: list[str]) -> None:
    _run(server, "REVOKE ALL ON DATABASE {} FROM PUBLIC", database)
    for role in connect:
        _run(server, "GRANT CONNECT ON DATABASE {} TO {}", database, role)


def _prepare_schema(conn: Connection) -> None:
    try:
        conn.execute("CREATE EXTENSION IF NOT EXISTS vector")
    except (errors.FeatureNotSupported, errors.UndefinedFile) as problem:
        raise PostgresUnusable(
            "This PostgreSQL server has no pgvector: install pgvector 0.8 or newer on it."
        ) from problem
    row = conn.execute("SELECT extversion FROM pg_extension WHERE extname = 'vector'").fetchone()
    version = str(row[0]) if row else "0"
    if tuple(int(part) for part in version.split(".")[:2]) < VECTOR_NEEDED:
        raise PostgresUnusable(
            f"The database {conn.info.dbname!r} has pgvector {version}, and ARM needs 0.8 or "
            "newer: upgrade it, then run ALTER EXTENSION vector UPDATE."
        )
    _run(conn, "REVOKE ALL ON SCHEMA {} FROM PUBLIC", "public")
    _run(conn, "GRANT USAGE ON SCHEMA {} TO {}", "public", APP)
    _run(conn, "GRANT USAGE ON SCHEMA {} TO {}", "public", INGEST)
    # A function may only be given to an owner who could have created it in its schema.
    _run(conn, "GRANT USAGE, CREATE ON SCHEMA {} TO {}", "public", DEFINER)


def _install_queue(superuser: Mapping[str, Any]) -> None:
    """Install pgmq's tables as the broker. Messages are hints, so a new version starts empty."""
    version = f"pgmq {pgmq.get_embedded_sql_version()}"
    with _connect({**superuser, "dbname": BROKER}) as conn:
        _run(conn, "SET ROLE {}", BROKER)
        row = conn.execute(
            "SELECT obj_description(oid, 'pg_namespace') FROM pg_namespace WHERE nspname = 'pgmq'"
        ).fetchone()
        if row and row[0] == version:
            return
        with conn.transaction():
            _run(conn, "DROP SCHEMA IF EXISTS {} CASCADE", "pgmq")
            conn.execute(pgmq.get_embedded_install_sql().encode())
            conn.execute(sql.SQL("COMMENT ON SCHEMA pgmq IS {}").format(version))
