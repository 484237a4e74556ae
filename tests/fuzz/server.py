"""The server as it is, behind WSGI, with every deed taken back."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import unquote_to_bytes

import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from schemathesis import Case
from werkzeug.test import Client

from armproject.lib import context
from armproject.lib.context import Context
from armproject.wsgi import application


@contextmanager
def taken_back() -> Iterator[None]:
    """Undo whatever is done within."""
    with context.use(Context()), transaction.atomic():
        yield
        transaction.set_rollback(True)


def served(environ: Any, start_response: Any) -> Any:
    """Serve as the product does, on the connection whose transaction takes everything back."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    try:
        return application(environ, start_response)
    finally:
        for signal in (request_started, request_finished):
            signal.connect(close_old_connections)


def send(case: Case, headers: dict[str, str]) -> Any:
    """Send a call as it was made."""
    return case.call(headers=headers, session=Client(served))


def send_raw(
    method: str, path: str, headers: dict[str, str], *, query: str = "", body: bytes = b""
) -> Any:
    """Send exactly these bytes; path and query stand there as they would be on the wire."""
    exact = {"PATH_INFO": unquote_to_bytes(path).decode("latin-1"), "QUERY_STRING": query}
    answer = Client(served).open(
        path="/", method=method, headers=headers, data=body, environ_overrides=exact
    )
    return schemathesis.Response.from_any(answer)
