"""The fence between tenants.

Two walls, each holding alone. The first is here: `objects` of every tenant row asks for the rows
of the organization in the call's context and nothing else, and refuses to be asked without one.
The second is row-level security in the database, which reads the same organization from a setting
of the transaction. `fenced()` opens a transaction with that setting in place.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from uuid import UUID
from weakref import WeakKeyDictionary

from django.db import connection, models, transaction
from django.db.models.expressions import Expression
from psycopg import errors, pq
from psycopg.adapt import Transformer

from armproject.lib import context
from armproject.lib.context import Context, Principal

# Statements that each connection to the server keeps prepared for `read_fenced`, by their text.
MOST_PREPARED = 50
ONE_TRIP = (
    b"SELECT set_config('arm.organization', %b, true), set_config('arm.user', %b, true),"
    b" set_config('plan_cache_mode', '%b', true); EXECUTE %b(%b)"
)
_prepared_in: WeakKeyDictionary[Any, dict[str, str]] = WeakKeyDictionary()


class NoOrganization(RuntimeError):
    """A tenant's rows were asked for outside any organization."""


def current_organization_id() -> UUID:
    """Return the organization of this call, or refuse."""
    organization_id = context.organization_id()
    if organization_id is None:
        raise NoOrganization("No organization is chosen; open one with fenced() or acting().")
    return organization_id


class CurrentOrganization(Expression):
    """The organization of the call, read when the statement runs, not when it is written.

    Querysets built at import time or kept around therefore follow the call that evaluates them.
    """

    output_field = models.UUIDField()

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        organization_id = current_organization_id()
        if _standing(connection) is None:
            raise NoOrganization("A tenant's rows are only read inside fenced().")
        return "%s", [organization_id]


@contextmanager
def fenced() -> Iterator[None]:
    """Open a transaction in which the database, too, shows only the context's organization.

    Nested use works: leaving an inner block puts the outer organization back, because a setting
    made inside a released savepoint outlives it (and one inside a rolled-back savepoint does not).
    """
    outer = _standing(connection)
    now = context.current()
    user_id = now.principal.user_id if now.principal else None
    wanted = (str(now.organization_id or ""), str(user_id or ""))
    with transaction.atomic():
        if wanted != outer:
            _set(wanted)
        connection.arm_fence = wanted  # type: ignore[attr-defined]
        try:
            yield
        finally:
            connection.arm_fence = outer  # type: ignore[attr-defined]
    if wanted != outer and connection.in_atomic_block:
        _set(outer or ("", ""))


def read_fenced(
    statement: str, values: Sequence[Any], *, one_plan: bool = False
) -> list[tuple[Any, ...]]:
    """Run one reading statement inside the fence, in one round trip to the database.

    For the few lists that are asked very often: the setting and the statement, which the server
    keeps prepared, travel together and form a transaction of their own. Inside a transaction, or
    where the server does not know the prepared statement any more, it runs like any other.
    `one_plan` says that one plan is right for all values: the server then does not plan anew,
    which for a short list takes longer than to read it.
    """
    if not connection.in_atomic_block:
        with connection.wrap_database_errors, borrowed() as server:
            rows = _in_one_trip(server, statement, values, one_plan=one_plan)
        if rows is not None:
            return rows
    with fenced(), connection.cursor() as cursor:
        cursor.cursor.execute(statement, values, prepare=True)
        return list(cursor.cursor.fetchall())


@contextmanager
def acting(
    principal: Principal, organization_id: UUID | None, rights: frozenset[str]
) -> Iterator[Context]:
    """Run a block as this principal in this organization, outside any transaction."""
    now = replace(
        context.current(), principal=principal, organization_id=organization_id, rights=rights
    )
    with context.use(now):
        yield now


@contextmanager
def borrowed() -> Iterator[Any]:
    """Lend a connection of the pool for as long as one message takes, not for the whole request."""
    pool = getattr(connection, "pool", None)
    if pool is None or connection.connection is not None:
        connection.ensure_connection()
        yield connection.connection
        return
    pool.open()
    server = pool.getconn()
    try:
        yield server
    finally:
        pool.putconn(server)


def _in_one_trip(
    server: Any, statement: str, values: Sequence[Any], *, one_plan: bool
) -> list[tuple[Any, ...]] | None:
    """Send the setting and the statement as one message; it runs as one transaction."""
    name = _prepared(server, statement)
    if name is None:
        return None
    now = context.current()
    user_id = now.principal.user_id if now.principal else None
    wire = Transformer(server)
    message = ONE_TRIP % (
        wire.as_literal(str(now.organization_id or "")),
        wire.as_literal(str(user_id or "")),
        b"force_generic_plan" if one_plan else b"auto",
        name.encode(),
        b", ".join(map(wire.as_literal, values)),
    )
    # Of a message with two statements the server's own library returns the second one's result.
    result = server.pgconn.exec_(message)
    if result.status != pq.ExecStatus.TUPLES_OK:
        error = errors.error_from_result(result)
        if not isinstance(error, errors.InvalidSqlStatementName):
            raise error
        _prepared_in.pop(server, None)
        return None
    wire.set_pgresult(result)
    return list(wire.load_rows(0, result.ntuples, tuple))


def _prepared(server: Any, statement: str) -> str | None:
    """Return the name under which this connection keeps the statement; few are kept."""
    known = _prepared_in.setdefault(server, {})
    if statement not in known:
        if len(known) >= MOST_PREPARED:
            return None
        name = f"arm_read_{len(known)}"
        pieces = statement.split("%s")
        numbered = "".join(f"{piece}${n}" for n, piece in enumerate(pieces[:-1], 1)) + pieces[-1]
        server.execute(f"PREPARE {name} AS {numbered}".encode())
        known[statement] = name
    return known[statement]


def _standing(on: Any) -> tuple[str, str] | None:
    """Return the organization and user this connection's transaction was opened for."""
    standing: tuple[str, str] | None = getattr(on, "arm_fence", None)
    return standing


def _set(values: tuple[str, str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('arm.organization', %s, true), set_config('arm.user', %s, true)",
            list(values),
        )
