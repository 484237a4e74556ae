"""Many rows added or changed by one statement."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection, models

from accounts.fence import current_organization_id
from armproject.lib.isolation import quoted

AT_ONCE = 2_000


def insert(rows: Sequence[models.Model]) -> None:
    """Add many rows of one kind; what the database fills in by itself is left to it.

    A statement with a place for each value of each row takes longer to write than to run.
    """
    for start in range(0, len(rows), AT_ONCE):
        _insert(rows[start : start + AT_ONCE])


def _insert(rows: Sequence[models.Model]) -> None:
    model = type(rows[0])
    fields = {str(field.column): field for field in model._meta.local_concrete_fields}
    columns = [name for name, field in fields.items() if _is_ours(field)]
    told = [
        {name: _plain(fields[name].pre_save(row, add=True)) for name in columns} for row in rows
    ]
    names = ", ".join(quoted(name) for name in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {quoted(model._meta.db_table)} ({names}) SELECT {names}"  # noqa: S608
            f" FROM jsonb_to_recordset(%s::jsonb) AS told({typed(model, columns)})",
            [json.dumps(told)],
        )


def _is_ours(field: models.Field[Any, Any]) -> bool:
    return not field.generated and not field.has_db_default()


def rewrite(
    model: type[models.Model], rows: Iterable[Mapping[str, Any]], columns: Sequence[str]
) -> int:
    """Set these columns in many rows, found by their `id`, and return how many there were."""
    told = [{name: _plain(row[name]) for name in ("id", *columns)} for row in rows]
    return sum(
        _rewrite(model, told[start : start + AT_ONCE], columns)
        for start in range(0, len(told), AT_ONCE)
    )


def _rewrite(model: type[models.Model], told: list[dict[str, Any]], columns: Sequence[str]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {quoted(model._meta.db_table)} AS kept"  # noqa: S608 - names of our columns
            f" SET {', '.join(f'{quoted(name)} = told.{quoted(name)}' for name in columns)}"
            f" FROM jsonb_to_recordset(%s::jsonb) AS told({typed(model, ('id', *columns))})"
            f" WHERE kept.id = told.id AND kept.organization_id = %s",
            [json.dumps(told), current_organization_id()],
        )
        return int(cursor.rowcount)


def typed(model: type[models.Model], columns: Sequence[str]) -> str:
    """Return these columns with their types, as a record is declared."""
    by_column = {field.column: field for field in model._meta.local_fields}
    return ", ".join(f"{quoted(name)} {by_column[name].db_type(connection)}" for name in columns)


def _plain(value: Any) -> Any:
    """Return the value as JSON holds it; the database reads text as the column's own type."""
    return str(value) if isinstance(value, UUID | datetime | Decimal) else value
