"""Where a secret could come out: each function returns all the text of one place."""

import io
import json
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.apps import apps
from django.conf import settings
from django.core import mail
from django.core.cache import cache
from django.db import connection
from kombu.transport.memory import Channel as MemoryChannel

from armproject.lib.logs import configure_logging
from tests import database
from tests.security.scene import Scene, text_of


@contextmanager
def everything_logged() -> Iterator[io.StringIO]:
    """Collect what every logger says at DEBUG, as JSON lines, and as plain text beside it."""
    buffer, stderr = io.StringIO(), sys.stderr
    root = logging.getLogger()
    before = root.handlers[:], root.level
    sys.stderr = buffer
    try:
        configure_logging("DEBUG", json=True)
        yield buffer
    finally:
        sys.stderr = stderr
        root.handlers[:], root.level = before


def database_rows(scene: Scene) -> str:
    """Every row of every table, as the superuser sees it: audit, jobs, messages, sessions too."""
    told = []
    name = connection.settings_dict["NAME"]
    with psycopg.connect(**{**database.superuser(), "dbname": name}) as server:
        tables = server.execute(
            "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables"
            " WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
        ).fetchall()
        for (table,) in tables:
            rows = server.execute(f"SELECT t::text FROM {table} t").fetchall()  # type: ignore[arg-type]
            told += [row[0] for row in rows if row[0]]
    return "\n".join(told)


def pages(scene: Scene) -> str:
    """Every page of the Studio and the API, for the owner: lists, rows, histories, exports."""
    return "\n".join(f"{path} {text_of(scene.browser.get(path))}" for _, path in scene.pages())


def browsable_api(scene: Scene) -> str:
    """The API's pages for people, with their forms, and what OPTIONS tells."""

    def shown(path: str) -> str:
        page = scene.browser.get(path, headers={"Accept": "text/html"})
        return text_of(page) + text_of(scene.browser.options(path))

    return "\n".join(shown(path) for route, path in scene.pages() if route.door == "api")


def answers(scene: Scene) -> str:
    """What was answered when the secrets came in."""
    return "\n".join(scene.answers)


def mails(scene: Scene) -> str:
    return "\n".join(message.message().as_string() for message in mail.outbox)


def messages(scene: Scene) -> str:
    """What waits at the broker, headers and all."""
    return "\n".join(json.dumps(item, default=str) for item in _queued())


def cached(scene: Scene) -> str:
    return repr(getattr(cache, "_cache", {}))


def reprs(scene: Scene) -> str:
    """Every row as it prints, and as a careless debugger would print it."""
    told = []
    with scene.house.inside():
        for model in apps.get_models():
            if any(field.name == "organization" for field in model._meta.fields):
                rows = model._default_manager.all()[:200]
                told += [f"{row!r} {row} {row.__dict__}" for row in rows]
    return "\n".join(told)


def postgres_log(scene: Scene) -> str:
    """What the embedded server wrote about statements that failed."""
    server = settings.EMBEDDED_POSTGRES
    return server.log.read_text(errors="replace") if server else ""


def _queued() -> Iterator[Any]:
    for queue in list(MemoryChannel.queues.values()):
        yield from list(queue.queue)


SINKS = {
    "database": database_rows,
    "pages": pages,
    "browsable API": browsable_api,
    "answers": answers,
    "mails": mails,
    "messages": messages,
    "cache": cached,
    "reprs": reprs,
    **({"PostgreSQL's log": postgres_log} if settings.EMBEDDED_POSTGRES else {}),
}
