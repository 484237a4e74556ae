"""What a database error may tell: its code, constraint and table, never the values in its text."""

from dataclasses import dataclass
from typing import Any

from django.db import Error


@dataclass(frozen=True, slots=True)
class DatabaseFault:
    """The part of a database error that holds no data of anybody."""

    sqlstate: str
    constraint: str
    table: str

    def __str__(self) -> str:
        parts = (
            ("sqlstate", self.sqlstate),
            ("constraint", self.constraint),
            ("table", self.table),
        )
        return " ".join(f"{name}={value}" for name, value in parts if value) or "database error"


def database_fault(error: BaseException) -> DatabaseFault | None:
    """Return what this error tells if it came from the database or its driver."""
    if not isinstance(error, Error) and not _is_of_driver(error):
        return None
    source: Any = error.__cause__ if isinstance(error, Error) else error
    diagnosis = getattr(source, "diag", None)
    return DatabaseFault(
        sqlstate=getattr(source, "sqlstate", None) or "",
        constraint=getattr(diagnosis, "constraint_name", None) or "",
        table=getattr(diagnosis, "table_name", None) or "",
    )


def _is_of_driver(error: BaseException) -> bool:
    return any(kind.__module__.partition(".")[0] == "psycopg" for kind in type(error).__mro__)
