"""A row that only somebody at the database's own prompt could write is shown like any other."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg import sql

from accounts.wall import tenant_models
from armproject.lib.damaged import LATEST, LONGEST
from tests.cast import House, make_house
from tests.governance.sealed import as_owner
from tests.isolation.routes import all_routes
from tests.isolation.world import SHAPED, fill

# What decides who may come in: a caller whose key has never ended is no caller to look with.
SPARED = {"accounts.ApiKey", "accounts.Membership"}
NUMBERS = f'{{"huge": 1e100000, "long": {"9" * 5_000}, "text": "{"7" * 5_000}"}}'
KINDS = {"DateTimeField": "infinity", "DateField": "-infinity", "JSONField": NUMBERS}


def columns() -> Iterator[tuple[str, str, str]]:
    """Yield the table, column and odd value of everything that can be damaged."""
    for model in tenant_models():
        for field in model._meta.concrete_fields if model._meta.label not in SPARED else ():
            value = KINDS.get(field.get_internal_type())
            is_object = field.get_internal_type() != "JSONField" or (
                field.get_default() == {} and f"{model._meta.label}.{field.name}" not in SHAPED
            )
            if value is not None and is_object:
                yield model._meta.db_table, str(field.column), value


def damage() -> list[str]:
    """Spoil every column there is, and return those that a rule of the table did not protect."""
    spoilt = []
    with as_owner() as owner:
        for table, column, value in columns():
            query = sql.SQL("UPDATE {0} SET {1} = %s WHERE {1} IS NOT NULL").format(
                sql.Identifier(table), sql.Identifier(column)
            )
            try:
                spoilt += [f"{table}.{column}"] * owner.execute(query, [value]).rowcount
            except (psycopg.errors.IntegrityError, psycopg.errors.GeneratedAlways):
                continue  # a rule of the table stands before it
    return spoilt


def looks(house: House, rows: dict[str, Any]) -> dict[str, int]:
    """Return the status of every page and answer about these rows."""
    rows = {"accounts.Organization": house.organization, **rows}
    api, browser, found = house.api(), house.browser(), {}
    browser.raise_request_exception = False
    for route in all_routes():
        named = [model._meta.label for model in route.models.values() if model is not None]
        if "GET" not in route.methods or "logout" in route.pattern or set(named) - set(rows):
            continue
        path = route.path({n: rows[m._meta.label].pk for n, m in route.models.items() if m})
        if route.door == "studio":
            found[path] = browser.get(path).status_code
        elif route.door == "api":
            answer = api.client.get(path, headers=api.headers)
            found[path] = answer.status_code
    return found


def test_no_damaged_row_takes_a_list_or_a_page_away(committed: None) -> None:
    house = make_house("Acme")
    rows = fill(house, "OURS")
    before = looks(house, rows)
    assert len(damage()) > 40
    after = looks(house, rows)
    changed = {path: after[path] for path in before if after[path] != before[path]}
    assert not changed, "\n".join(f"{path} {status}" for path, status in changed.items())
    assert sum(status == 200 for status in after.values()) > 100


@pytest.mark.django_db
def test_what_python_cannot_hold_is_shown_as_damaged() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 'infinity'::timestamptz, '4713-01-01 BC'::date, %s::jsonb", [NUMBERS]
        )
        moment, day, document = cursor.fetchone()
    assert (moment, day.year) == (LATEST, 1)
    assert document.count('"(damaged)"') == 2
    assert "7" * (LONGEST + 1) in document
