"""Somebody else's transaction, while this one goes on."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import connection


@contextmanager
def meanwhile() -> Iterator[Any]:
    """Lend a connection of its own to the same database, as the same role."""
    parameters = connection.get_connection_params()
    for name in ("cursor_factory", "context", "prepare_threshold"):
        parameters.pop(name, None)
    with psycopg.connect(**parameters) as other:
        yield other
